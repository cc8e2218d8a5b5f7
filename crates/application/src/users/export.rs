use std::sync::Arc;
use std::time::Duration;

use das_tern_domain::{DataExported, Event, UserId, zone};
use das_tern_persistence::export::{PARTS, Part, Snapshot};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use crate::effects::By;
use crate::limits::HOUR;
use crate::{Actor, Application, Error};

/// How many people may export at once: each holds a connection to the database for as long as they read.
pub(crate) const EXPORTS_AT_ONCE: usize = 2;
/// How long one waits for a turn.
const TURN: Duration = Duration::from_secs(5);
/// How long a reader may keep us waiting between two chunks.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many chunks, of one page each, may wait for a slow reader.
const AHEAD: usize = 2;

/// An export did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off")]
struct BrokenOff;

/// Others are exporting.
#[derive(Debug, thiserror::Error)]
#[error("too many people export at once")]
struct Crowded;

/// All that is stored about one person, as one JSON document that arrives in chunks. No more of it is in memory at a time
/// than a few pages.
pub struct Export {
    chunks: mpsc::Receiver<Chunk>,
    is_complete: bool,
}

enum Chunk {
    Text(String),
    End,
}

impl Export {
    /// The next chunk; `None` at the end of the document.
    ///
    /// # Errors
    /// When the document ends before its time; what was read of it is of no use.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        if self.is_complete {
            return Ok(None);
        }
        match self.chunks.recv().await {
            Some(Chunk::Text(text)) => Ok(Some(text)),
            Some(Chunk::End) => {
                self.is_complete = true;
                Ok(None)
            }
            None => Err(Error::unavailable(BrokenOff)),
        }
    }
}

impl Application {
    /// All that is stored about the caller, as it is at this moment, but for what would open their account to whoever
    /// finds the document. Taking it is entered in the audit trail, and the entry is in it.
    ///
    /// # Errors
    /// `RATE_LIMITED` after a few within the hour; `UNAVAILABLE` while too many people export at once.
    pub async fn export(&self, actor: &Actor) -> Result<Export, Error> {
        let limit = self.settings().limits.exports_per_hour;
        self.limit_one("export", actor.id(), limit, HOUR).await?;
        let turn = timeout(TURN, Arc::clone(self.exports()).acquire_owned()).await;
        let turn = turn
            .map_err(|_| Error::unavailable(Crowded))?
            .map_err(Error::internal)?;
        self.write(By::from(actor), async |work| {
            let exported = DataExported {
                user: actor.id(),
                role: actor.account.role,
            };
            work.record(Event::DataExported(exported)).await
        })
        .await?;
        let snapshot = Snapshot::take(self.database()).await?;
        let (sender, chunks) = mpsc::channel(AHEAD);
        let writer = Writer {
            snapshot,
            user: actor.id(),
            chunks: sender,
            _turn: turn,
        };
        let head = format!("{{\"exportedAt\":\"{}\"", zone::format_instant(self.now()));
        let deadline = Duration::from_secs(self.settings().exports.deadline_s.into());
        tokio::spawn(writer.write(head, deadline));
        Ok(Export {
            chunks,
            is_complete: false,
        })
    }
}

/// Reads the parts one after the other and hands them over, no faster than they are taken.
struct Writer {
    snapshot: Snapshot,
    user: UserId,
    chunks: mpsc::Sender<Chunk>,
    _turn: OwnedSemaphorePermit,
}

/// Why a document ends before its time.
enum Broken {
    /// Nobody reads it any more, or not fast enough.
    Unread,
    /// It cannot be read from the database.
    Failed(das_tern_persistence::Error),
}

impl From<das_tern_persistence::Error> for Broken {
    fn from(error: das_tern_persistence::Error) -> Self {
        Self::Failed(error)
    }
}

impl Writer {
    /// Within a time, however patient the reader is: the moment that is held keeps the database from tidying up after all
    /// that was changed since.
    async fn write(self, head: String, deadline: Duration) {
        let user = self.user;
        let written = timeout(deadline, self.write_all(head)).await;
        match written.unwrap_or(Err(Broken::Unread)) {
            Ok(()) => {}
            Err(Broken::Unread) => tracing::info!(%user, "an export was not read to its end"),
            Err(Broken::Failed(error)) => tracing::warn!(%user, %error, "an export broke off"),
        }
    }

    async fn write_all(self, head: String) -> Result<(), Broken> {
        self.send(Chunk::Text(head)).await?;
        for part in PARTS {
            self.write_part(part).await?;
        }
        self.send(Chunk::Text("}".to_owned())).await?;
        self.send(Chunk::End).await?;
        Ok(self.snapshot.release().await?)
    }

    async fn write_part(&self, part: &Part) -> Result<(), Broken> {
        self.snapshot.open(part, self.user).await?;
        let name = part.name;
        let (open, close, nothing) = if part.is_single {
            ("", "", "null")
        } else {
            ("[", "]", "")
        };
        self.send(Chunk::Text(format!(",\"{name}\":{open}"))).await?;
        let mut is_empty = true;
        loop {
            let items = self.snapshot.page().await?;
            if items.is_empty() {
                break;
            }
            let between = if is_empty { "" } else { "," };
            is_empty = false;
            self.send(Chunk::Text(format!("{between}{}", items.join(",")))).await?;
        }
        let rest = if is_empty { nothing } else { "" };
        self.send(Chunk::Text(format!("{rest}{close}"))).await
    }

    async fn send(&self, chunk: Chunk) -> Result<(), Broken> {
        match timeout(PATIENCE, self.chunks.send(chunk)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Broken::Unread),
        }
    }
}
