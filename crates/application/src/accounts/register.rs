use std::net::IpAddr;

use das_tern_domain::{AccountRegistered, CodePurpose, Contacts, Event, NewPassword, UserRole};
use das_tern_persistence::registrations::{self, NewAccount};

use super::codes::Ticket;
use super::licence_photo::LicencePhoto;
use super::{DoctorRegistration, PersonRegistration, Registrant};
use crate::effects::By;
use crate::limits::HOUR;
use crate::messages::Addressee;
use crate::{Application, Code, Error};

impl Application {
    /// Registers a patient, and sends a code. Whoever registers again before the code was confirmed starts anew.
    ///
    /// # Errors
    /// `DUPLICATE_PHONE`, `DUPLICATE_EMAIL` and `DUPLICATE_ID_CARD` when somebody else confirmed an account with it;
    /// `OTP_COOLDOWN`, `OTP_LOCKED` and `RATE_LIMITED` when no code can be sent for it, or when it comes too often;
    /// `UNAVAILABLE` without Redis. Then nothing is kept.
    pub async fn register_patient(&self, patient: PersonRegistration, ip: IpAddr) -> Result<(), Error> {
        self.register_person(UserRole::Patient, patient, ip).await
    }

    /// Registers a family member, as a patient.
    ///
    /// # Errors
    /// As for [`register_patient`](Self::register_patient).
    pub async fn register_family(&self, member: PersonRegistration, ip: IpAddr) -> Result<(), Error> {
        self.register_person(UserRole::FamilyMember, member, ip).await
    }

    async fn register_person(&self, role: UserRole, person: PersonRegistration, ip: IpAddr) -> Result<(), Error> {
        let password = person.registrant.password.clone();
        self.limit_registration(&person.registrant.contacts, ip).await?;
        let account = self.new_account(role, person.registrant).await?;
        let account = NewAccount {
            first_name: Some(person.first_name),
            last_name: Some(person.last_name),
            gender: Some(person.gender),
            date_of_birth: Some(person.date_of_birth),
            id_card_number: person.id_card_number,
            ..account
        };
        self.register(&account, password, ip).await?;
        Ok(())
    }

    /// Registers a doctor, and sends a code.
    ///
    /// # Errors
    /// As for [`register_patient`](Self::register_patient); `DUPLICATE_LICENSE`; `PAYLOAD_TOO_LARGE` and `VALIDATION_ERROR`
    /// for a picture that cannot be kept; `UNAVAILABLE` also while files cannot be read or stored. Pictures are counted by
    /// [`admit_licence_photo`](Self::admit_licence_photo).
    pub async fn register_doctor(&self, doctor: DoctorRegistration, ip: IpAddr) -> Result<(), Error> {
        let password = doctor.registrant.password.clone();
        self.limit_registration(&doctor.registrant.contacts, ip).await?;
        let license_photo = match doctor.license_photo {
            Some(file) => Some(self.licence_photo(file).await?),
            None => None,
        };
        let account = self.new_account(UserRole::Doctor, doctor.registrant).await?;
        let license_photo = match license_photo {
            Some(photo) => Some(self.keep_photo(photo).await?),
            None => None,
        };
        let account = NewAccount {
            full_name: Some(doctor.full_name),
            hospital_clinic: doctor.hospital_clinic,
            specialty: doctor.specialty.map(|specialty| specialty.label().to_owned()),
            license_number: doctor.license_number,
            license_photo,
            ..account
        };
        let registered = self.register(&account, password, ip).await;
        if !matches!(registered, Ok(true)) {
            self.drop_files(account.license_photo.into_iter().collect()).await;
        }
        registered.map(drop)
    }

    /// Counts a registration with a picture of the licence. Receiving one takes memory and reading it takes a core for a
    /// moment, and anybody may ask for it: to be called before either, once for each form that has one.
    ///
    /// # Errors
    /// `RATE_LIMITED` when too many came from this address.
    pub async fn admit_licence_photo(&self, ip: IpAddr) -> Result<(), Error> {
        let limit = self.settings().limits.uploads_per_hour;
        self.limit_address("upload", ip, limit, HOUR).await
    }

    /// Counts a registration, before anything dear is done for it.
    async fn limit_registration(&self, contacts: &Contacts, ip: IpAddr) -> Result<(), Error> {
        for identifier in contacts.identifiers() {
            self.limit_identifier("register", &identifier, ip).await?;
        }
        Ok(())
    }

    /// An account of somebody of whom nothing else is known, once their turn to hash has come.
    async fn new_account(&self, role: UserRole, registrant: Registrant) -> Result<NewAccount, Error> {
        let password_hash = self.passwords().hash(registrant.password.into_text()).await?;
        let pin_code_hash = match registrant.pin {
            Some(pin) => Some(self.passwords().hash(pin.into_text()).await?),
            None => None,
        };
        Ok(NewAccount {
            id: self.ids().next_id().into(),
            subscription: self.ids().next_id().into(),
            role,
            first_name: None,
            last_name: None,
            full_name: None,
            contacts: registrant.contacts,
            password_hash,
            pin_code_hash,
            gender: None,
            date_of_birth: None,
            id_card_number: None,
            language: registrant.language,
            hospital_clinic: None,
            specialty: None,
            license_number: None,
            license_photo: None,
            created_at: self.now(),
        })
    }

    /// Stores an account and sends it a code; whether it is a new one. A code that went to the same contact a moment ago is of
    /// no use for another account, so without a code of its own nothing is replaced, which is why it is remembered before the
    /// account is; but whoever only repeats themselves has the account and the code already.
    async fn register(&self, account: &NewAccount, password: NewPassword, ip: IpAddr) -> Result<bool, Error> {
        let registered = AccountRegistered {
            user: account.id,
            role: account.role,
            subscription: account.subscription,
        };
        let by = By::owner(account.id, account.role, ip);
        let made = self
            .write(by, async |work| {
                let replaced = work.register(account, &[Event::AccountRegistered(registered)]).await?;
                let (contacts, ticket) = self.issue_first_code(account, !replaced.is_empty()).await?;
                Ok((replaced, contacts, ticket))
            })
            .await;
        let (replaced, contacts, ticket) = match made {
            Err(error) if error.code() == Code::OtpCooldown && self.repeats(account, password).await? => {
                return Ok(false);
            }
            made => made?,
        };
        let to = Addressee {
            user: account.id,
            language: account.language,
            contacts,
        };
        let app = self.clone();
        self.in_background(async move { app.deliver(&to, ticket).await });
        self.drop_files(replaced.into_iter().flatten().collect()).await;
        Ok(true)
    }

    /// Whether the same person registered the same a moment ago, as somebody does who taps twice. A wrong password counts.
    async fn repeats(&self, account: &NewAccount, password: NewPassword) -> Result<bool, Error> {
        let Some(there) = registrations::same(self.database().connection(), account).await? else {
            return Ok(false);
        };
        let pictures = [&there.license_photo_url, &account.license_photo];
        let password = password.into_text().into();
        Ok(self.show_the_same(pictures).await && self.check_password(Some(there.credentials), password).await.is_ok())
    }

    async fn show_the_same(&self, keys: [&Option<String>; 2]) -> bool {
        match keys {
            [Some(one), Some(other)] => {
                let objects = &self.integrations().objects;
                let (one, other) = (objects.fetch(one).await, objects.fetch(other).await);
                matches!((one, other), (Ok(Some(one)), Ok(Some(other))) if one == other)
            }
            [one, other] => one == other,
        }
    }

    /// One code for a new account, known by the contact that it goes to, and by the other one unless that was sent one a
    /// moment ago: of an account that it would take the place of, perhaps, which therefore stays, and its code with it.
    async fn issue_first_code(&self, account: &NewAccount, replaces: bool) -> Result<(Contacts, Ticket), Error> {
        let mut ticket = Ticket::new(Some(account.id), CodePurpose::ConfirmContact);
        let identifiers = account.contacts.identifiers();
        let required = if replaces { identifiers.len() } else { 1 };
        let channel = account.contacts.channel();
        self.issue_codes(&mut ticket, identifiers, required, channel).await?;
        Ok((ticket.identifiers().iter().cloned().collect(), ticket))
    }

    async fn keep_photo(&self, photo: LicencePhoto) -> Result<String, Error> {
        let key = format!("licenses/{}.{}", self.ids().next_id(), photo.extension);
        let objects = &self.integrations().objects;
        objects.put(&key, photo.object).await.map_err(Error::unavailable)?;
        Ok(key)
    }
}
