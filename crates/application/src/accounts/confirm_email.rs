use das_tern_domain::{CodePurpose, EmailAddress, Event, Identifier, OneTimeCode, SignInChange};

use super::taken;
use crate::auth::sign_in_changed;
use crate::effects::By;
use crate::messages::{Addressee, Letter};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Gives the caller the e-mail address that they are changing to, once the code that was sent there came back. Without
    /// their token, the code would open the account to whoever owns a mistyped address.
    pub(super) async fn confirm_email(
        &self,
        actor: &Actor,
        email: &EmailAddress,
        code: OneTimeCode,
    ) -> Result<(), Error> {
        let identifier = Identifier::Email(email.clone());
        self.accept_code(&identifier, CodePurpose::ChangeEmail, Some(actor.id()), code)
            .await?;
        let replaced = self
            .write(By::from(actor), async |work| {
                let event = sign_in_changed(&actor.account, SignInChange::Email);
                work.save_email(actor, email, event).await
            })
            .await?;
        self.tell_of_new_email(actor);
        self.drop_files(replaced).await;
        Ok(())
    }

    /// Whoever reads the old address hears of it there, as it may not have been the owner. Without one, the phone does.
    fn tell_of_new_email(&self, actor: &Actor) {
        let mut to = Addressee::owner(&actor.account);
        if to.contacts.email.is_some() {
            to.contacts.phone = None;
        }
        let app = self.clone();
        self.in_background(async move {
            let letter = Letter {
                name: "email-changed",
                arguments: &[],
                code: None,
            };
            app.write_to(&to, &letter).await;
        });
    }
}

impl Work<'_> {
    /// Begins a transaction and saves a confirmed e-mail address, in place of an unconfirmed account that has it; the keys
    /// of the pictures of that one.
    async fn save_email(&mut self, actor: &Actor, email: &EmailAddress, event: Event) -> Result<Vec<String>, Stop> {
        let replaced = self.make_room_for(email).await?;
        let rows = self.note(&[event]);
        let saved = das_tern_persistence::emails::save(&self.unit().connection(), actor.id(), email, &rows).await;
        if saved.map_err(taken)? {
            Ok(replaced)
        } else {
            Err(Error::new(Code::OtpInvalid).into())
        }
    }
}
