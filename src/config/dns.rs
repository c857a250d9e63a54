//! Who is asked about the domains of addresses.

use std::net::SocketAddr;

/// Which name servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dns {
    /// Nobody.
    Off,
    /// Those of the system.
    System,
    One(SocketAddr),
}

impl std::str::FromStr for Dns {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "off" => Ok(Self::Off),
            "system" => Ok(Self::System),
            address => address
                .parse()
                .map(Self::One)
                .map_err(|_| "off, system, or the address and port of a name server"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_read() {
        assert_eq!("off".parse(), Ok(Dns::Off));
        assert_eq!(" system ".parse(), Ok(Dns::System));
        let one = "127.0.0.1:5353";
        assert_eq!(one.parse(), Ok(Dns::One(one.parse().unwrap())));
        assert!("127.0.0.1".parse::<Dns>().is_err());
    }
}
