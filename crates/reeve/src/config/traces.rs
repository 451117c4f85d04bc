//! The settings of the export of traces, by the names that OpenTelemetry gave them. What they mean is
//! `connect`'s.

use connect::traces::{self, Settings};
use secrecy::SecretString;

use super::sign_in::unusable;
use super::table::Name;
use super::{Config, Error};

impl Config {
    /// Where traces go; nothing if nobody said.
    pub(crate) fn traces(&self) -> Result<Option<Settings>, Error> {
        let ratio = self.text(Name::OtelSamplerArg).unwrap_or_default();
        let ratio = traces::ratio(&ratio).map_err(|e| unusable(Name::OtelSamplerArg, e))?;
        let none = SecretString::default();
        let headers = self.secret(Name::OtelHeaders).unwrap_or(&none);
        let headers = traces::headers(headers).map_err(|e| unusable(Name::OtelHeaders, e))?;
        let Some(endpoint) = self.text(Name::OtelEndpoint) else {
            return Ok(None);
        };
        let endpoint = traces::endpoint(&endpoint).map_err(|e| unusable(Name::OtelEndpoint, e))?;
        Ok(Some(Settings {
            endpoint,
            headers,
            service: self.text(Name::OtelService).unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION"),
            ratio,
        }))
    }
}
