//! Each thread's own connection, beside everybody's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::ThreadId;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::{Link, State, Supervisor};

/// The links by the thread that opened and uses them. Everybody's link stands in for one that is not there.
#[derive(Default)]
pub(super) struct OwnLinks(Mutex<HashMap<ThreadId, Option<Arc<Link>>>>);

impl OwnLinks {
    pub(super) fn of(&self, thread: ThreadId) -> Option<Arc<Link>> {
        self.links().get(&thread).cloned().flatten()
    }

    /// Gives a link up; whether it was one of these.
    pub(super) fn remove(&self, link: &Arc<Link>) -> bool {
        let mut links = self.links();
        let is_own = links
            .get(&link.home)
            .is_some_and(|own| own.as_ref().is_some_and(|own| Arc::ptr_eq(own, link)));
        if is_own {
            links.remove(&link.home);
        }
        is_own
    }

    /// Gives all of them up, and those that are being opened.
    pub(super) fn clear(&self) {
        self.links().clear();
    }

    fn links(&self) -> MutexGuard<'_, HashMap<ThreadId, Option<Arc<Link>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to open a link for this thread, if nobody has begun. A runtime of many threads moves its tasks from one to the
/// other, and has no use for one.
pub(super) fn open(supervisor: &Arc<Supervisor>, here: ThreadId) {
    let has_loop = Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread);
    if !has_loop {
        return;
    }
    if let Entry::Vacant(vacant) = supervisor.own.links().entry(here) {
        vacant.insert(None);
        tokio::spawn(attempt(Arc::downgrade(supervisor), here));
    }
}

async fn attempt(weak: Weak<Supervisor>, here: ThreadId) {
    let Some(supervisor) = weak.upgrade() else { return };
    match supervisor.open().await {
        Ok(link) => {
            let is_up = matches!(&*supervisor.state.borrow(), State::Up(_));
            // Whoever lost Redis meanwhile has taken the place away, too.
            if let Some(own) = supervisor.own.links().get_mut(&here).filter(|_| is_up) {
                *own = Some(Arc::new(link));
            }
        }
        Err(error) => {
            tracing::debug!(%error, "no connection to Redis for this thread alone; it goes on with everybody's");
            let pause = supervisor.settings.backoff_max();
            drop(supervisor);
            tokio::time::sleep(pause).await;
            if let Some(supervisor) = weak.upgrade() {
                supervisor.own.links().remove(&here);
            }
        }
    }
}
