//! Signed tokens (RFC 7515, compact form), and the keys that verify them (RFC 7517).
//!
//! What a token says of its own keys (`jku`, `jwk`, `x5u`, `x5c`) is never looked at; the keys are the
//! issuer's, and the algorithm is one that the key itself is for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Rejected;
use super::json;

/// The longest token that is looked at, in bytes. Real ones have one to four thousand.
pub const LONGEST_TOKEN: usize = 16_384;

/// The algorithms that are accepted, each with a key of its own kind: none of them has a secret that
/// could be confused with a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
}

impl Algorithm {
    fn of(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A key that can verify.
#[derive(Clone, Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

#[derive(Clone, Debug)]
struct Key {
    kid: Option<String>,
    /// The only algorithm that it is for, if the issuer says so.
    only: Option<Algorithm>,
    material: Material,
}

/// An issuer's keys.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a key set; keys of other kinds are left out. `None` if it is no key set.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let set: KeySet = serde_json::from_slice(bytes).ok()?;
        let keys = set.keys.into_iter();
        Some(Self(keys.filter_map(Key::read).collect()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of a token: by its id, or the only one that fits if the token names none.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| {
            kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)) && key.fits(algorithm)
        });
        let found = fitting.next()?;
        fitting.next().is_none().then_some(found)
    }
}

impl Key {
    fn read(value: Value) -> Option<Self> {
        let key: Published = serde_json::from_value(value).ok()?;
        if key.used_for.is_some_and(|used_for| used_for != "sig") {
            return None;
        }
        let only = match key.alg.as_deref() {
            None => None,
            Some(name) => Some(Algorithm::of(name)?),
        };
        let bytes = |text: Option<String>| BASE64URL.decode(text?).ok();
        let material = match (key.kty.as_str(), key.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: bytes(key.n)?,
                e: bytes(key.e)?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(key.x)?, bytes(key.y)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Material::P256([&[4], x.as_slice(), y.as_slice()].concat())
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(key.x)?),
            _ => return None,
        };
        Some(Self {
            kid: key.kid,
            only,
            material,
        })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match self.material {
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
        };
        kind && self.only.is_none_or(|only| only == algorithm)
    }

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.material {
            Material::Rsa { n, e } => {
                let parameters = match algorithm {
                    Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
                    _ => &signature::RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
            }
            Material::Ed25519(point) => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature)
            }
        };
        verified.is_ok()
    }
}

/// A token that was read and not yet believed.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    /// `typ` in lower case, without `application/`.
    pub(super) kind: Option<String>,
    message: &'a str,
    signature: Vec<u8>,
    claims: Map<String, Value>,
}

impl<'a> Unverified<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, Rejected> {
        if token.len() > LONGEST_TOKEN {
            return Err(Rejected::TooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Rejected::Malformed);
        };
        let message = &token[..header.len() + 1 + claims.len()];
        let read = |part: &str| BASE64URL.decode(part).map_err(|_| Rejected::Malformed);
        let header = json::object(&read(header)?).ok_or(Rejected::Malformed)?;
        let claims = json::object(&read(claims)?).ok_or(Rejected::Malformed)?;
        // An extension that we do not know and must (RFC 7515, section 4.1.11); we know none.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Rejected::Malformed);
        }
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Rejected::Malformed),
        };
        let algorithm = text("alg")?.as_deref().and_then(Algorithm::of);
        let kind = text("typ")?.map(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.strip_prefix("application/")
                .unwrap_or(&kind)
                .to_owned()
        });
        Ok(Self {
            algorithm: algorithm.ok_or(Rejected::Algorithm)?,
            kid: text("kid")?,
            kind,
            message,
            signature: read(signature)?,
            claims,
        })
    }

    /// Whether these keys could verify it, so that asking for newer ones is of no use.
    pub(super) fn has_its_key_in(&self, keys: &Keys) -> bool {
        keys.find(self.kid.as_deref(), self.algorithm).is_some()
    }

    /// Its claims, if one of these keys signed it.
    pub(super) fn verify(self, keys: &Keys) -> Result<Map<String, Value>, Rejected> {
        let key = keys.find(self.kid.as_deref(), self.algorithm);
        let key = key.ok_or(Rejected::UnknownKey)?;
        if key.verify(self.algorithm, self.message.as_bytes(), &self.signature) {
            Ok(self.claims)
        } else {
            Err(Rejected::Signature)
        }
    }
}
