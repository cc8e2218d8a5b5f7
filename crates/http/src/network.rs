//! Where a request comes from, behind proxies that we trust and in spite of headers that anybody can write.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// A network of addresses, such as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that is no address and no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address, and not a network such as 10.0.0.0/8")]
pub struct InvalidNetwork;

impl Network {
    /// Whether an address belongs to the network.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| InvalidNetwork))?;
        if prefix > longest {
            return Err(InvalidNetwork);
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The address of the client: the peer's, or, when the peer is a trusted proxy, the last one in `X-Forwarded-For` that
/// is not. Whatever stands before that one was written by the client.
pub(crate) fn client_address<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[Network],
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    for entry in forwarded.flat_map(|line| line.split(',')).rev() {
        if !is_trusted(client) {
            break;
        }
        match address_in(entry.trim()) {
            Some(address) => client = address.to_canonical(),
            None => break,
        }
    }
    client
}

fn address_in(entry: &str) -> Option<IpAddr> {
    let address = entry.parse().ok();
    address.or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), forwarded.iter().copied(), &trusted).to_string()
    }

    #[test]
    fn a_header_of_an_untrusted_peer_changes_nothing() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_is_the_client() {
        let proxies = ["10.0.0.0/8", "192.0.2.1"];
        assert_eq!(client("10.1.2.3", &["198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(
            client("10.1.2.3", &["6.6.6.6, 198.51.100.1, 192.0.2.1"], &proxies),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.1.2.3", &["6.6.6.6", "198.51.100.1, 10.9.9.9"], &proxies),
            "198.51.100.1"
        );
    }

    #[test]
    fn proxies_without_a_readable_header_stand_for_themselves() {
        assert_eq!(client("10.1.2.3", &[], &["10.0.0.0/8"]), "10.1.2.3");
        assert_eq!(
            client("10.1.2.3", &["198.51.100.1, unknown"], &["10.0.0.0/8"]),
            "10.1.2.3"
        );
    }

    #[test]
    fn ports_and_mapped_addresses_are_read() {
        assert_eq!(
            client("::ffff:10.1.2.3", &["[2001:db8::7]:4711"], &["10.0.0.0/8"]),
            "2001:db8::7"
        );
        assert_eq!(
            client("10.1.2.3", &["198.51.100.1:4711"], &["10.0.0.0/8"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn a_network_has_an_address_and_perhaps_a_prefix() {
        let network: Network = "2001:db8::/32".parse().unwrap();
        assert!(network.contains("2001:db8:ffff::1".parse().unwrap()));
        assert!(!network.contains("2001:db9::1".parse().unwrap()));
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .contains("203.0.113.9".parse().unwrap())
        );
        for text in ["", "10.0.0.0/33", "10.0.0/8", "proxy.example", "10.0.0.0/-1"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
