use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a mail server says that is not what it usually says.
#[derive(Clone, Default)]
pub(crate) struct Script {
    extensions: Vec<&'static str>,
    /// By command, one after another; `.` is the end of a mail, `HI` the greeting.
    replies: HashMap<&'static str, Vec<&'static str>>,
}

/// Nothing comes, though the connection stays open.
const SILENCE: &str = "";
/// The connection ends.
const HANG_UP: &str = "!";

impl Script {
    pub(crate) fn offering(mut self, extension: &'static str) -> Self {
        self.extensions.push(extension);
        self
    }

    /// At the next occasion that nothing was said for yet, the command is answered like this.
    pub(crate) fn answering(mut self, command: &'static str, reply: &'static str) -> Self {
        self.replies.entry(command).or_default().push(reply);
        self
    }

    pub(crate) fn silent_at(self, command: &'static str) -> Self {
        self.answering(command, SILENCE)
    }

    pub(crate) fn is_silent_at(&self, command: &str) -> bool {
        self.replies
            .get(command)
            .is_some_and(|replies| replies.contains(&SILENCE))
    }

    pub(crate) fn hanging_up_at(self, command: &'static str) -> Self {
        self.answering(command, HANG_UP)
    }
}

#[derive(Default)]
struct Heard {
    commands: Vec<String>,
    mails: Vec<String>,
    connections: usize,
}

/// A mail server on this machine.
pub(crate) struct SmtpServer {
    address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    serving: JoinHandle<()>,
}

impl SmtpServer {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let script = Arc::new(Mutex::new(script));
        let ears = heard.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                ears.lock().unwrap().connections += 1;
                let conversation = Conversation {
                    stream: BufReader::new(stream),
                    script: script.clone(),
                    heard: ears.clone(),
                };
                tokio::spawn(conversation.run());
            }
        });
        Self {
            address,
            heard,
            serving,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The commands, without what follows their first word.
    pub(crate) fn verbs(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.commands.iter().map(|command| verb(command)).collect()
    }

    pub(crate) fn commands(&self) -> Vec<String> {
        self.heard.lock().unwrap().commands.clone()
    }

    /// The mails that were handed over whole, whatever was answered.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.heard.lock().unwrap().mails.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.heard.lock().unwrap().connections
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn verb(command: &str) -> String {
    command.split([' ', ':']).next().unwrap_or_default().to_uppercase()
}

struct Conversation {
    stream: BufReader<TcpStream>,
    script: Arc<Mutex<Script>>,
    heard: Arc<Mutex<Heard>>,
}

impl Conversation {
    async fn run(mut self) {
        if !self.say("HI", "220 mail.example.com ESMTP").await {
            return;
        }
        while let Some(line) = self.line().await {
            let verb = verb(&line);
            self.heard.lock().unwrap().commands.push(line);
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let extensions = self.script.lock().unwrap().extensions.clone();
                    let mut lines = vec!["250-mail.example.com".to_owned()];
                    lines.extend(extensions.iter().map(|name| format!("250-{name}")));
                    lines.push("250 8BITMIME".to_owned());
                    self.say("EHLO", &lines.join("\r\n")).await
                }
                "AUTH" => self.say("AUTH", "235 welcome").await,
                "DATA" => self.say("DATA", "354 go on").await && self.take_mail().await,
                "QUIT" => false,
                verb => self.say(verb, "250 fine").await,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn take_mail(&mut self) -> bool {
        let mut mail = String::new();
        loop {
            match self.line().await.as_deref() {
                Some(".") => break,
                Some(line) => {
                    mail += line.strip_prefix('.').unwrap_or(line);
                    mail += "\r\n";
                }
                None => return false,
            }
        }
        self.heard.lock().unwrap().mails.push(mail);
        self.say(".", "250 taken").await
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).await.ok()?;
        (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Says what the script says, else what is usual; whether the conversation goes on.
    async fn say(&mut self, occasion: &str, usual: &str) -> bool {
        let scripted = self
            .script
            .lock()
            .unwrap()
            .replies
            .get_mut(occasion)
            .and_then(|replies| {
                let is_there = !replies.is_empty();
                is_there.then(|| replies.remove(0))
            });
        match scripted {
            Some(HANG_UP) => false,
            Some(SILENCE) => {
                while self.line().await.is_some() {}
                false
            }
            reply => {
                let line = format!("{}\r\n", reply.unwrap_or(usual));
                self.stream.get_mut().write_all(line.as_bytes()).await.is_ok()
            }
        }
    }
}
