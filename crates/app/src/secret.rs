//! New secrets: the randomness that `domain` takes as an argument.

use domain::credential::secret::{Kind, RANDOM_BYTES, Secret};

use crate::Error;

/// A secret that nobody can guess. Fails if the machine has no randomness to give.
pub(crate) fn new(kind: Kind) -> Result<Secret, Error> {
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|e| Error::Io(std::io::Error::other(e)))?;
    Ok(Secret::new(kind, random))
}
