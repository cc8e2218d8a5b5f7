### Das Tern, English. Every message here has its twin in km.ftl.

## Failures, by code

error-validation-error = Some of the data is invalid. Please correct the marked fields.
error-malformed-request = The request could not be read. Please check its format.
error-dose-window-closed = This dose cannot be recorded for that time. It can be recorded from the start of its day, or four hours before its time, until 24 hours after it.
error-unauthenticated = Please sign in.
error-invalid-credentials = Wrong phone number, e-mail or password.
error-token-expired = Your sign-in has expired. Please sign in again.
error-token-revoked = You have been signed out. Please sign in again.
error-forbidden = You are not allowed to do this.
error-account-locked = Your account is locked. Please try again after { $time }.
error-account-unconfirmed = Please confirm your account with the code that we sent you.
error-account-pending-verification = Your account is waiting for verification. We will tell you when it is done.
error-account-rejected = Your account was not approved. Please contact us.
error-access-approval-required = The patient has to approve this first. Please ask for access.
error-not-found = Not found.
error-method-not-allowed = This address cannot be called this way.
error-invalid-state = This is not possible any more in its present state.
error-dose-already-recorded = Another outcome is already recorded for this dose.
error-payload-too-large = The request is too large.
error-unsupported-media-type = This type of content is not supported. Please send JSON.
error-rate-limited = Too many requests. Please try again later.
error-internal = Something went wrong on our side. Please try again.
error-unavailable = The service is busy for a moment. Please try again shortly.
error-otp-invalid = Wrong code. Please try again.
error-otp-expired = This code has expired. Please ask for a new one.
error-duplicate-phone = This phone number is registered already.
error-duplicate-email = This e-mail address is registered already.
error-duplicate-id-card = This ID card number is registered already.
error-duplicate-license = This licence number is registered already.
error-otp-cooldown = A code was sent a moment ago. Please wait before you ask for another.
error-otp-locked = Too many tries. Please wait { $minutes } min.
error-stale-version = This has been changed meanwhile. Please load it again and repeat your change.
error-idempotency-mismatch = This idempotency key was used for another request. Please use a new one.

## Invalid fields, by code

field-required = This is required.
field-invalid = This is not valid.
field-too-long = This is too long.
field-out-of-range = This is outside the allowed range.
field-in-future = This time has not come yet.
field-invalid-identifier = Please enter a phone number or an e-mail address.
field-too-short = This is too short.
field-invalid-phone = This phone number is not valid.
field-invalid-email = This e-mail address is not valid.
field-too-young = You must be at least 13 years old.
field-invalid-pin = A PIN has exactly 4 digits.
field-common-password = Many people use this password. Please choose another.
field-unsupported-file = Please send a JPEG, PNG or PDF file.
field-cannot-be-off = This cannot be switched off.

## Answers

signed-out = You have signed out.
period-daytime = Daytime
period-night = Night
registered = You are registered. Please enter the code that we sent you.
doctor-registered = You are registered. Please enter the code that we sent you; then we verify your licence.
doctor-confirmed = Thank you. We are verifying your licence and will tell you when it is done.
email-confirmed = Your e-mail address is confirmed.
code-sent = If this account is waiting for a code, we have sent one.
reset-code-sent = If there is such an account, we have sent it a code to set a new password.
password-reset = Your new password is set. Please sign in.
signed-out-everywhere = You have signed out on all devices.
session-ended = The device has been signed out.
pin-set = Your PIN has been set.
device-on = { $app } on { $system }
device-unknown = Unknown device
deletion-requested = Your account will be deleted on { $day }. Sign in before then to keep it.
greeting-morning = Good morning { $name }
greeting-afternoon = Good afternoon { $name }
greeting-evening = Good evening { $name }
greeting-night = Hello { $name }

## Notifications

notify-missed-dose-corrected-title = Dose taken after all
notify-missed-dose-corrected = { $patient } took { $medicine } ({ $time }) after all.
notify-session-ended-title = A device was signed out
notify-session-ended = A sign-in of your account was used twice, so we ended it. If this was not you, please change your password.
notify-password-reset-title = Your password was changed
notify-password-reset = A new password was set with a code that we sent you, and all devices were signed out. If this was not you, please contact us.
notify-password-changed-title = Your password was changed
notify-password-changed = The password of your account was changed, and all other devices were signed out. If this was not you, please reset your password now.
notify-google-linked-title = Google sign-in was set up
notify-google-linked = Your account can now be signed in to with the Google account of your e-mail address. If this was not you, please contact us.
notify-email-changed-title = Your e-mail address was changed
notify-email-changed = Your account now has another e-mail address. If this was not you, please contact us.
notify-deletion-requested-title = Your account will be deleted
notify-deletion-requested = Your account and all of your data will be deleted on { $day }. Sign in before then to keep it.
notify-deletion-cancelled-title = Your account stays
notify-deletion-cancelled = You have signed in, so your account will not be deleted.
notify-account-deleted-title = An account was deleted
notify-account-deleted = { $name } has deleted their account, so your connection has ended.

## One-time codes

code-confirm-sms = { $code } is your Das Tern code. It is valid for { $minutes } minutes. Please give it to nobody.
code-confirm-subject = Your Das Tern code
code-confirm-mail = { $code } is your code to confirm your Das Tern account. It is valid for { $minutes } minutes. Please give it to nobody.
code-reset-sms = { $code } is your Das Tern code to set a new password. It is valid for { $minutes } minutes. Please give it to nobody.
code-reset-subject = A new password for Das Tern
code-reset-mail = { $code } is your code to set a new password for Das Tern. It is valid for { $minutes } minutes. If you did not ask for it, you need do nothing.
code-email-sms = { $code } is your Das Tern code for your new e-mail address. It is valid for { $minutes } minutes. Please give it to nobody.
code-email-subject = Your new e-mail address for Das Tern
code-email-mail = { $code } is your code to confirm this e-mail address for your Das Tern account. It is valid for { $minutes } minutes. If you did not ask for it, you need do nothing.
notify-doctor-verified-title = Your account is verified
notify-doctor-verified = Welcome to Das Tern. You can now connect with your patients and prescribe.
notify-doctor-rejected-title = Your account was not approved
notify-doctor-rejected = We could not approve your doctor's account: { $reason }

## Messages about an account

doctor-verified-sms = Das Tern: your doctor's account is verified. You can sign in now.
doctor-verified-subject = Your Das Tern account is verified
doctor-verified-mail = Your doctor's account is verified. You can sign in to Das Tern now, connect with your patients and prescribe.
doctor-rejected-sms = Das Tern: your doctor's account was not approved: { $reason }
doctor-rejected-subject = Your Das Tern account was not approved
doctor-rejected-mail = We could not approve your doctor's account on Das Tern: { $reason }
email-changed-sms = Das Tern: your account has another e-mail address now. If this was not you, please contact us.
email-changed-subject = Your e-mail address for Das Tern was changed
email-changed-mail = Your Das Tern account has another e-mail address now, and this one no longer opens it. If this was not you, please contact us.
deletion-requested-sms = Das Tern: your account will be deleted on { $day }. Sign in before then to keep it.
deletion-requested-subject = Your Das Tern account will be deleted
deletion-requested-mail = Your Das Tern account and all of your data will be deleted on { $day }. Sign in before then to keep it.
deletion-cancelled-sms = Das Tern: you have signed in, so your account will not be deleted.
deletion-cancelled-subject = Your Das Tern account stays
deletion-cancelled-mail = You have signed in to Das Tern, so your account will not be deleted.

## Specialties

specialty-general-practice = General practice
specialty-internal-medicine = Internal medicine
specialty-cardiology = Cardiology
specialty-endocrinology = Endocrinology
specialty-dermatology = Dermatology
specialty-pediatrics = Pediatrics
specialty-psychiatry = Psychiatry
specialty-surgery = Surgery
specialty-neurology = Neurology
specialty-ophthalmology = Ophthalmology
specialty-other = Other

## Connections

error-self-connection = You cannot connect with yourself.
error-code-invalid = This code is not right. Please check it, or ask for a new one.
error-code-expired = This code has expired. Please ask for a new one.
error-code-used = This code has been used. Please ask for a new one.
error-dose-not-missed = This dose is neither missed nor overdue.
error-limit-reached = No more family members can be connected with this subscription.
error-duplicate-connection = You are connected already, or one of you has asked for it.
error-nudge-limit = You have asked about this dose already. Please give the patient some time.
code-not-valid = This code is not valid. Please ask for a new one.
invitation-withdrawn = The invitation has been withdrawn.
nudge-sent = The patient has been asked.
nudge-answered = Your answer has been sent.
notify-connection-requested-title = New connection request
notify-connection-requested = { $name } would like to connect with you.
notify-connection-requested-with-message-title = New connection request
notify-connection-requested-with-message = { $name } would like to connect with you: { $text }
notify-connection-accepted-title = Connection accepted
notify-connection-accepted = { $name } accepted your request. You are connected now.
notify-connection-offer-used-title = New connection
notify-connection-offer-used = { $name } used your code or invitation. You are connected now.
notify-connection-declined-title = Connection declined
notify-connection-declined = { $name } declined your request.
notify-connection-declined-with-reason-title = Connection declined
notify-connection-declined-with-reason = { $name } declined your request: { $text }
notify-connection-revoked-title = Connection ended
notify-connection-revoked = { $name } ended your connection.
notify-connection-withdrawn-title = Connection request withdrawn
notify-connection-withdrawn = The connection request between { $name } and you was withdrawn.
notify-connection-permission-set-title = Access changed
notify-connection-permission-set = { $name } changed what you may see.
notify-connection-alerts-on-title = Alerts switched on
notify-connection-alerts-on = { $name } switched on alerts to missed doses.
notify-connection-alerts-off-title = Alerts switched off
notify-connection-alerts-off = { $name } switched off alerts to missed doses.
notify-connection-access-requested-title = A doctor asks to see your data
notify-connection-access-requested = Doctor { $name } asks to see your data: { $text }
notify-connection-access-approved-title = Access approved
notify-connection-access-approved = { $name } approved your request. You can see their data for a limited time.
notify-connection-access-denied-title = Access denied
notify-connection-access-denied = { $name } does not open their data for now.
notify-nudge-title = Did you take your medicine?
notify-nudge = { $name } asks: did you take { $medicine } ({ $time })?
notify-nudge-answered-title = Answer about a medicine
notify-nudge-answered = { $patient } answers: { $text }
invitation-sms = { $patient } invites you to Das Tern. Your invitation, good for { $days } days: { $token }
invitation-subject = { $patient } invites you to Das Tern
invitation-mail = { $patient } would like to connect with you on Das Tern. Please accept the invitation in the app with: { $token }. It is good for { $days } days.

## Prescriptions

error-revision-required = The doctor has to write this prescription again before you can confirm it.
error-quota-exceeded = You have used up your storage.
prescription-deleted = The draft has been deleted.
notify-prescription-new-title = New prescription
notify-prescription-new = { $name } has written a prescription for you. Please look at it and confirm it.
notify-prescription-urgent-title = Urgent prescription
notify-prescription-urgent = { $name } has written an urgent prescription for you, which holds from now on: { $reason }
notify-prescription-confirmed-title = Prescription confirmed
notify-prescription-confirmed = { $name } has confirmed your prescription.
notify-prescription-rejected-title = Prescription rejected
notify-prescription-rejected = { $name } has rejected your prescription.
notify-prescription-rejected-because = { $name } has rejected your prescription: { $reason }
notify-prescription-retake-title = Please write it again
notify-prescription-retake = { $name } asks you to write the prescription again: { $reason }
notify-prescription-revised-title = Prescription written again
notify-prescription-revised = { $name } has written your prescription again. Please look at it and confirm it.
notify-prescription-proposed-title = Change of a prescription
notify-prescription-proposed = { $name } wants to change your prescription. Until you accept, nothing changes.
notify-prescription-accepted-title = Change accepted
notify-prescription-accepted = { $name } has accepted your change of the prescription.
notify-prescription-declined-title = Change declined
notify-prescription-declined = { $name } has declined your change of the prescription.
notify-prescription-declined-because = { $name } has declined your change of the prescription: { $reason }
notify-prescription-changed-urgently-title = Urgent change
notify-prescription-changed-urgently = { $name } has changed your prescription, and the change holds from now on: { $reason }
notify-prescription-medicine-added-title = Medicine added
notify-prescription-medicine-added = { $name } also takes a medicine beside your prescription.
notify-prescription-paused-title = Prescription paused
notify-prescription-paused = { $name } has paused your prescription.
notify-prescription-resumed-title = Prescription resumed
notify-prescription-resumed = { $name } goes on with your prescription.
notify-prescription-stopped-title = Prescription stopped
notify-prescription-stopped = { $name } has stopped your prescription.
notify-prescription-lapsed-title = Prescription finished
notify-prescription-lapsed = You have come to the end of a prescription. There is nothing more to take of it.
