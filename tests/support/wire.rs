//! A cable between a process and PostgreSQL that counts what is asked, and can be cut off without a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The requests that come before a session begins, and after which it still has to.
const ENCRYPTION_REQUESTS: [u32; 2] = [80_877_103, 80_877_104];

/// Counts statements on their way to PostgreSQL.
#[derive(Clone)]
pub struct Wire {
    url: String,
    statements: Arc<AtomicU64>,
    carries: watch::Sender<bool>,
}

impl Wire {
    /// A wire to the database at `url`.
    pub fn to(url: &str) -> Self {
        let mut through: url::Url = url.parse().unwrap();
        let server = (through.host_str().unwrap().to_owned(), through.port().unwrap_or(5432));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let statements = Arc::new(AtomicU64::new(0));
        let count = statements.clone();
        let (carries, is_carrying) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect((server.0.as_str(), server.1)).await.unwrap();
                let (mut answers, server) = server.into_split();
                let (client, mut to_client) = client.into_split();
                tokio::spawn(ask(client, server, count.clone(), is_carrying.clone()));
                tokio::spawn(async move { copy(&mut answers, &mut to_client).await });
            }
        });
        Self {
            url: through.into(),
            statements,
            carries,
        }
    }

    /// Where a process finds the database through this wire.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Keeps what is asked from now on, as a server does that hangs, or a network that loses everything.
    pub fn fall_silent(&self) {
        self.carries.send_replace(false);
    }

    /// Carries on, what was kept first.
    pub fn carry_on(&self) {
        self.carries.send_replace(true);
    }

    /// How many statements were sent so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::SeqCst)
    }
}

/// Carries messages one by one, until one of the two ends hangs up.
async fn ask(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    count: Arc<AtomicU64>,
    mut is_carrying: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let mut has_begun = false;
    loop {
        let tag = if has_begun { Some(client.read_u8().await?) } else { None };
        let length = client.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        client.read_exact(&mut body).await?;
        // Whoever dropped the wire does not silence it any more.
        let _ = is_carrying.wait_for(|carries| *carries).await;
        match tag {
            None => {
                let code = u32::from_be_bytes(body[..4].try_into().unwrap());
                has_begun = !ENCRYPTION_REQUESTS.contains(&code);
            }
            // Execute, or a simple query.
            Some(tag) => {
                if matches!(tag, b'E' | b'Q') {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                server.write_u8(tag).await?;
            }
        }
        server.write_u32(length).await?;
        server.write_all(&body).await?;
    }
}
