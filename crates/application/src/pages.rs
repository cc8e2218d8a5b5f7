//! Pages of long lists: keyset cursors that only we can make, and only for the list and the person they are for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use das_tern_domain::UserId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::keys::Key;
use crate::{Error, FieldCode, FieldError};

/// How many items a page has where nothing is asked.
const DEFAULT_LIMIT: u32 = 50;
/// How many items a page has at most.
const MAX_LIMIT: u32 = 100;
const TAG_BYTES: usize = 16;

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// How many items, 1 to 100; 50 by default.
    pub limit: Option<u32>,
    /// The cursor that the page before gave.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// The place of an item in a list, as its cursor holds it.
pub(crate) trait Place: Sized {
    fn write(&self) -> Vec<u8>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// The place of an item in a list that is ordered by time and id, newest first.
pub(crate) type Position = (OffsetDateTime, Uuid);

impl Place for Position {
    fn write(&self) -> Vec<u8> {
        let micros = i64::try_from(self.0.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
        [&micros.to_be_bytes()[..], self.1.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (micros, id) = bytes.split_first_chunk::<8>()?;
        let time = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(i64::from_be_bytes(*micros)))?;
        Some((time, Uuid::from_slice(id).ok()?))
    }
}

/// The place of an item in a list that is ordered by name and id.
impl Place for (String, Uuid) {
    fn write(&self) -> Vec<u8> {
        [self.1.as_bytes(), self.0.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (id, name) = bytes.split_first_chunk::<16>()?;
        Some((String::from_utf8(name.to_vec()).ok()?, Uuid::from_bytes(*id)))
    }
}

/// A list of one person's.
#[derive(Clone, Copy)]
pub(crate) struct ListOf {
    pub(crate) name: &'static str,
    pub(crate) owner: UserId,
}

/// A page request, checked.
#[derive(Debug)]
pub(crate) struct PageQuery<P = Position> {
    pub(crate) limit: u32,
    pub(crate) after: Option<P>,
}

impl<P> PageQuery<P> {
    /// How many rows to fetch: one more than shown tells whether there is another page.
    pub(crate) fn rows(&self) -> u64 {
        u64::from(self.limit) + 1
    }
}

/// Writes and reads cursors.
pub(crate) struct Cursors {
    key: Key,
}

impl Cursors {
    pub(crate) fn new(key: Key) -> Self {
        Self { key }
    }

    /// Checks a page request for a list that is ordered by time.
    pub(crate) fn query(&self, list: ListOf, request: &PageRequest) -> Result<PageQuery, Error> {
        self.query_by(list, request)
    }

    /// Checks a page request for a list.
    pub(crate) fn query_by<P: Place>(&self, list: ListOf, request: &PageRequest) -> Result<PageQuery<P>, Error> {
        let limit = request.limit.unwrap_or(DEFAULT_LIMIT);
        let after = request.cursor.as_deref().map(|cursor| self.read(list, cursor));
        let mut invalid = Vec::new();
        if !(1..=MAX_LIMIT).contains(&limit) {
            invalid.push(FieldError::new("limit", FieldCode::OutOfRange));
        }
        if matches!(after, Some(None)) {
            invalid.push(FieldError::new("cursor", FieldCode::Invalid));
        }
        if invalid.is_empty() {
            Ok(PageQuery {
                limit,
                after: after.flatten(),
            })
        } else {
            Err(Error::invalid(invalid))
        }
    }

    /// Makes a page of the rows that were fetched for `query`.
    pub(crate) fn page<T, P: Place>(
        &self,
        list: ListOf,
        query: &PageQuery<P>,
        mut items: Vec<T>,
        position: impl Fn(&T) -> P,
    ) -> Page<T> {
        let limit = query.limit as usize;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| has_more)
            .map(|last| self.write(list, &position(last)));
        Page { items, next }
    }

    fn write(&self, list: ListOf, place: &impl Place) -> String {
        let mut bytes = place.write();
        let tag = self.key.sign(&[list.name.as_bytes(), list.owner.0.as_bytes(), &bytes]);
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read<P: Place>(&self, list: ListOf, cursor: &str) -> Option<P> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (place, tag) = bytes.split_last_chunk::<TAG_BYTES>()?;
        let is_ours = self
            .key
            .verifies(&[list.name.as_bytes(), list.owner.0.as_bytes(), place], tag);
        P::read(place).filter(|_| is_ours)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const LIST: ListOf = ListOf {
        name: "doses",
        owner: UserId(Uuid::from_u128(1)),
    };

    fn cursors() -> Cursors {
        Cursors::new(Key::derive(&"a secret".into(), "cursor"))
    }

    fn cursor_after(count: u128) -> String {
        let query = cursors()
            .query(
                LIST,
                &PageRequest {
                    limit: Some(1),
                    cursor: None,
                },
            )
            .unwrap();
        let items = vec![count, count + 1];
        let position = |item: &u128| (datetime!(2026-03-06 07:00:00.123 +7), Uuid::from_u128(*item));
        cursors().page(LIST, &query, items, position).next.unwrap()
    }

    fn read(list: ListOf, cursor: &str) -> Result<PageQuery, Error> {
        cursors().query(
            list,
            &PageRequest {
                limit: None,
                cursor: Some(cursor.to_owned()),
            },
        )
    }

    #[test]
    fn a_cursor_leads_on_from_the_last_item() {
        let query = read(LIST, &cursor_after(7)).unwrap();
        assert_eq!(
            query.after,
            Some((datetime!(2026-03-06 07:00:00.123 +7), Uuid::from_u128(7)))
        );
    }

    #[test]
    fn a_cursor_of_another_list_or_person_is_refused() {
        let cursor = cursor_after(7);
        assert!(read(ListOf { name: "audit", ..LIST }, &cursor).is_err());
        assert!(
            read(
                ListOf {
                    owner: UserId(Uuid::from_u128(2)),
                    ..LIST
                },
                &cursor
            )
            .is_err()
        );
        assert!(read(LIST, "nonsense").is_err());
        assert!(read(LIST, "").is_err());
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        let query = cursors()
            .query(
                LIST,
                &PageRequest {
                    limit: Some(2),
                    cursor: None,
                },
            )
            .unwrap();
        let page = cursors().page(LIST, &query, vec![1, 2], |_| (OffsetDateTime::UNIX_EPOCH, Uuid::nil()));
        assert_eq!((page.items.len(), page.next), (2, None));
    }

    #[test]
    fn a_cursor_may_hold_a_name() {
        let query = cursors()
            .query_by(
                LIST,
                &PageRequest {
                    limit: Some(1),
                    cursor: None,
                },
            )
            .unwrap();
        let place = |name: &&str| ((*name).to_owned(), Uuid::from_u128(7));
        let page = cursors().page(LIST, &query, vec!["សុខ", "ហេង"], place);
        let request = PageRequest {
            limit: None,
            cursor: page.next,
        };
        let next: PageQuery<(String, Uuid)> = cursors().query_by(LIST, &request).unwrap();
        assert_eq!(next.after, Some(("សុខ".to_owned(), Uuid::from_u128(7))));
    }

    #[test]
    fn limits_and_cursors_are_checked_together() {
        let request = PageRequest {
            limit: Some(101),
            cursor: Some("nonsense".to_owned()),
        };
        let error = cursors().query(LIST, &request).unwrap_err();
        let fields: Vec<_> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["limit", "cursor"]);
        assert!(
            cursors()
                .query(
                    LIST,
                    &PageRequest {
                        limit: Some(0),
                        cursor: None
                    }
                )
                .is_err()
        );
    }
}
