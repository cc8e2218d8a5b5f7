//! What is written to people outside of the app: by SMS, and by e-mail when that fails (rules §2).

use das_tern_domain::{Contacts, EmailAddress, Identifier, Language, UserId};
use das_tern_integrations::{Error, Mail};
use das_tern_persistence::users::Account;

use crate::Application;

/// Somebody to write to.
pub(crate) struct Addressee {
    pub(crate) user: UserId,
    pub(crate) language: Language,
    pub(crate) contacts: Contacts,
}

impl Addressee {
    /// Somebody at one e-mail address, and nowhere else.
    pub(crate) fn at(user: UserId, language: Language, email: EmailAddress) -> Self {
        Self {
            user,
            language,
            contacts: Contacts::from_iter([Identifier::Email(email)]),
        }
    }

    /// The owner of an account, where they are reached.
    pub(crate) fn owner(account: &Account) -> Self {
        let contacts = Contacts {
            phone: account.phone_number.as_deref().and_then(|phone| phone.parse().ok()),
            email: account.email.as_deref().and_then(|email| email.parse().ok()),
        };
        Self {
            user: account.id,
            language: account.language,
            contacts,
        }
    }
}

/// What is written: the sentences `<name>-sms`, `<name>-subject` and `<name>-mail` of the catalogue.
pub(crate) struct Letter<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a [(&'static str, &'a str)],
    /// The one-time code in it, where there is one.
    pub(crate) code: Option<&'a str>,
}

impl Application {
    /// Writes to somebody. Nobody waits for the outcome, so that a failure is logged and nothing else.
    pub(crate) async fn write_to(&self, to: &Addressee, letter: &Letter<'_>) {
        let user = to.user;
        if to.contacts.phone.is_some() {
            match self.text(to, letter).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%user, %error, "a message could not be sent by SMS"),
            }
        }
        if let Err(error) = self.mail(to, letter).await {
            tracing::warn!(%user, %error, "a message could not be sent by e-mail");
        }
    }

    pub(crate) async fn text(&self, to: &Addressee, letter: &Letter<'_>) -> Result<(), Error> {
        let Some(phone) = &to.contacts.phone else { return Ok(()) };
        let text = self.sentence_of(to, letter, "sms");
        let sms = &self.integrations().sms;
        match letter.code {
            Some(code) => sms.send_code(phone, &text, code).await,
            None => sms.send(phone, &text).await,
        }
    }

    pub(crate) async fn mail(&self, to: &Addressee, letter: &Letter<'_>) -> Result<(), Error> {
        let Some(email) = &to.contacts.email else { return Ok(()) };
        let mail = Mail {
            subject: self.sentence_of(to, letter, "subject"),
            text: self.sentence_of(to, letter, "mail"),
        };
        let mailer = &self.integrations().mailer;
        match letter.code {
            Some(code) => mailer.send_code(email, &mail, code).await,
            None => mailer.send(email, &mail).await,
        }
    }

    fn sentence_of(&self, to: &Addressee, letter: &Letter<'_>, part: &str) -> String {
        let id = format!("{}-{part}", letter.name);
        self.texts().sentence(to.language, &id, letter.arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Texts;

    #[test]
    fn every_letter_has_its_sentences() {
        let texts = Texts::load().unwrap();
        let arguments = [
            ("code", "0042"),
            ("minutes", "5"),
            ("reason", "0042"),
            ("token", "0042"),
            ("patient", "Sok"),
            ("days", "7"),
            ("day", "0042"),
        ];
        for (name, carries_it) in [
            ("code-confirm", true),
            ("code-reset", true),
            ("code-email", true),
            ("email-changed", false),
            ("deletion-requested", true),
            ("deletion-cancelled", false),
            ("doctor-verified", false),
            ("doctor-rejected", true),
            ("invitation", true),
        ] {
            for language in [Language::Khmer, Language::English] {
                for part in ["sms", "mail", "subject"] {
                    let id = format!("{name}-{part}");
                    let sentence = texts.sentence(language, &id, &arguments);
                    assert_ne!(sentence, id);
                    assert_eq!(sentence.contains("0042"), carries_it && part != "subject", "{sentence}");
                }
            }
        }
    }
}
