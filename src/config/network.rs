//! Networks of addresses, as `10.0.0.0/8`.

use std::net::IpAddr;
use std::str::FromStr;

/// A network in CIDR notation; a single address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(other)) => {
                let shift = 32 - self.bits;
                u32::from(base).checked_shr(shift) == u32::from(other).checked_shr(shift)
            }
            (IpAddr::V6(base), IpAddr::V6(other)) => {
                let shift = 128 - self.bits;
                u128::from(base).checked_shr(shift) == u128::from(other).checked_shr(shift)
            }
            _ => false,
        }
    }

    /// Reads a comma-separated list; an empty text is an empty list.
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a network such as 10.0.0.0/8, not {text:?}");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= most)
                .ok_or_else(wrong)?,
            None => most,
        };
        Ok(Self { base, bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_their_network() {
        let networks = Network::list("10.0.0.0/8, ::1,0.0.0.0/0").unwrap();
        let inside =
            |index: usize, address: &str| networks[index].contains(address.parse().unwrap());
        assert!(inside(0, "10.200.3.4"));
        assert!(!inside(0, "11.0.0.1"));
        assert!(inside(0, "::ffff:10.1.1.1"));
        assert!(inside(1, "::1"));
        assert!(!inside(1, "::2"));
        assert!(inside(2, "203.0.113.9"));
        assert!(Network::list("10.0.0.0/33").is_err());
        assert!(Network::list("proxy").is_err());
    }
}
