//! An authenticator and the browser before it, in software: it makes passkeys and shows them as WebAuthn
//! has it (level 3, sections 5.8.1 and 6.1), and lies where a test tells it to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// An authenticator with one passkey.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// Where the browser thinks it is.
    pub origin: String,
    /// For whom it signs, if not for whom it is asked to.
    pub rp_id: Option<String>,
    /// What it answers, if not what it is asked.
    pub challenge: Option<String>,
    /// Whether it looks at its user's finger or asks for a PIN.
    pub verifies: bool,
    /// Whether it counts how often it signed; many say nought each time.
    pub counts: bool,
    pub counter: u32,
    pub credential_id: Vec<u8>,
    pub user_handle: Option<Vec<u8>>,
    pkcs8: Vec<u8>,
}

impl Authenticator {
    /// A new one, of a browser at this origin.
    pub fn at(origin: &str) -> Self {
        let random = SystemRandom::new();
        let mut credential_id = vec![0; 32];
        random.fill(&mut credential_id).unwrap();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self {
            origin: origin.to_owned(),
            rp_id: None,
            challenge: None,
            verifies: true,
            counts: true,
            counter: 0,
            credential_id,
            user_handle: None,
            pkcs8: pkcs8.as_ref().to_vec(),
        }
    }

    /// Makes a passkey: what `navigator.credentials.create` gives for these options, as JSON.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user_handle = BASE64URL
            .decode(options["user"]["id"].as_str().unwrap())
            .ok();
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(HAS_CREDENTIAL, &options["rp"]["id"]);
        data.extend([0; 16]);
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        // A CBOR map of three: no statement of who made the authenticator, and what it says.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        json!({
            "id": BASE64URL.encode(&self.credential_id),
            "rawId": BASE64URL.encode(&self.credential_id),
            "type": "public-key",
            "response": {
                "attestationObject": BASE64URL.encode(object),
                "clientDataJSON": BASE64URL.encode(client_data),
                "transports": ["internal"],
            },
            "clientExtensionResults": { "credProps": { "rk": true } },
        })
    }

    /// Shows its passkey: what `navigator.credentials.get` gives for these options, as JSON.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += u32::from(self.counts);
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0, &options["rpId"]);
        let hash = digest(&SHA256, client_data.as_bytes());
        let signed = [&data[..], hash.as_ref()].concat();
        let signature = self.key().sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": BASE64URL.encode(&self.credential_id),
            "rawId": BASE64URL.encode(&self.credential_id),
            "type": "public-key",
            "response": {
                "authenticatorData": BASE64URL.encode(data),
                "clientDataJSON": BASE64URL.encode(client_data),
                "signature": BASE64URL.encode(signature),
                "userHandle": self.user_handle.as_ref().map(|handle| BASE64URL.encode(handle)),
            },
            "clientExtensionResults": {},
        })
    }

    fn key(&self) -> EcdsaKeyPair {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8, &random).unwrap()
    }

    /// The public key as a CBOR map (RFC 9053, section 7.1.1): an elliptic curve key of ES256 on P-256.
    fn public_key(&self) -> Vec<u8> {
        let key = self.key();
        // An uncompressed point: 4, x, y.
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let mut map = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        map.extend(x);
        map.extend(b"\x22\x58\x20");
        map.extend(y);
        map
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let asked = options["challenge"].as_str().unwrap();
        let challenge = self.challenge.as_deref().unwrap_or(asked);
        json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        })
        .to_string()
    }

    /// The part of its answer that it signs, up to the counter.
    fn data(&self, flags: u8, rp_id: &Value) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().or(rp_id.as_str()).unwrap();
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags | USER_PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }
}
