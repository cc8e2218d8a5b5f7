use das_tern_domain::PrescriptionId;
use das_tern_persistence::prescriptions::{self, VersionView};

use crate::pages::{ListOf, Place};
use crate::{Actor, Application, Error, Page, PageRequest, Resource};

/// The place of a version among those of its prescription: its number.
struct Number(i32);

impl Place for Number {
    fn write(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(i32::from_be_bytes(bytes)))
    }
}

impl Application {
    /// A page of the versions of a prescription, newest first, for whoever may see the prescription.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy says; `VALIDATION_ERROR` for a page that
    /// does not exist.
    pub async fn prescription_versions(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        page: &PageRequest,
    ) -> Result<Page<VersionView>, Error> {
        // The list is the prescription's, whoever reads it.
        let list = ListOf {
            name: "prescription versions",
            owner: id.0.into(),
        };
        let query = self.cursors().query_by::<Number>(list, page)?;
        self.prescription(actor, id).await?;
        let after = query.after.as_ref().map(|number| number.0);
        let rows = prescriptions::versions(self.database().connection(), id, after, query.rows()).await?;
        Ok(self
            .cursors()
            .page(list, &query, rows, |version| Number(version.version_number)))
    }

    /// One version of a prescription, for whoever may see the prescription.
    ///
    /// # Errors
    /// As for all of them; `NOT_FOUND` where there is no such version.
    pub async fn prescription_version(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        number: i32,
    ) -> Result<VersionView, Error> {
        self.prescription(actor, id).await?;
        let found = prescriptions::version(self.database().connection(), id, number).await?;
        found.ok_or_else(|| Error::missing(Resource::PrescriptionVersion))
    }
}
