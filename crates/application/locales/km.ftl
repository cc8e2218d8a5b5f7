### ដាស់តឿន ភាសាខ្មែរ។ Every message here has its twin in en.ftl.

## Failures, by code

error-validation-error = ទិន្នន័យមិនត្រឹមត្រូវ សូមកែកន្លែងដែលបានបង្ហាញ
error-malformed-request = មិនអាចអានសំណើបានទេ សូមពិនិត្យទម្រង់របស់វា
error-dose-window-closed = មិនអាចកត់ត្រាការញ៉ាំថ្នាំនៅពេលនោះបានទេ អាចកត់ត្រាបានពីដើមថ្ងៃ ឬ ៤ ម៉ោងមុនពេលកំណត់ រហូតដល់ ២៤ ម៉ោងក្រោយពេលកំណត់
error-unauthenticated = អ្នកមិនមានសិទ្ធិចូលប្រើប្រាស់ សូមចូលគណនី
error-invalid-credentials = លេខទូរសព្ទ/អ៊ីមែល ឬ លេខសម្ងាត់មិនត្រឹមត្រូវ
error-token-expired = ការចូលគណនីរបស់អ្នកផុតកំណត់ សូមចូលម្ដងទៀត
error-token-revoked = អ្នកបានចាកចេញពីគណនី សូមចូលម្ដងទៀត
error-forbidden = អ្នកមិនមានសិទ្ធិធ្វើសកម្មភាពនេះទេ
error-account-locked = គណនីរបស់អ្នកត្រូវបានចាក់សោ សូមព្យាយាមម្ដងទៀតក្រោយម៉ោង { $time }
error-account-unconfirmed = សូមបញ្ជាក់គណនីរបស់អ្នកដោយលេខកូដដែលយើងបានផ្ញើ
error-account-pending-verification = គណនីរបស់អ្នកកំពុងរង់ចាំការផ្ទៀងផ្ទាត់ យើងនឹងជូនដំណឹងពេលរួចរាល់
error-account-rejected = គណនីរបស់អ្នកមិនត្រូវបានអនុម័តទេ សូមទាក់ទងមកយើង
error-access-approval-required = អ្នកជំងឺត្រូវអនុញ្ញាតជាមុនសិន សូមស្នើសុំការអនុញ្ញាត
error-not-found = រកមិនឃើញ
error-method-not-allowed = អាសយដ្ឋាននេះមិនអាចហៅតាមរបៀបនេះបានទេ
error-invalid-state = មិនអាចធ្វើបានទៀតទេក្នុងស្ថានភាពបច្ចុប្បន្ន
error-dose-already-recorded = ថ្នាំពេលនេះត្រូវបានកត់ត្រាជាលទ្ធផលផ្សេងរួចហើយ
error-payload-too-large = សំណើធំពេក
error-unsupported-media-type = ប្រភេទទិន្នន័យនេះមិនអាចប្រើបានទេ សូមផ្ញើជា JSON
error-rate-limited = អ្នកបានធ្វើសំណើច្រើនពេក សូមព្យាយាមម្តងទៀតនៅពេលក្រោយ
error-internal = មានបញ្ហាក្នុងម៉ាស៊ីនមេ សូមព្យាយាមម្តងទៀត
error-unavailable = សេវាកម្មរវល់មួយភ្លែត សូមព្យាយាមម្តងទៀតបន្តិចទៀត
error-otp-invalid = លេខកូដមិនត្រឹមត្រូវ សូមព្យាយាមម្តងទៀត
error-otp-expired = លេខកូដផុតកំណត់ សូមស្នើសុំលេខកូដថ្មី
error-duplicate-phone = លេខទូរសព្ទនេះបានចុះឈ្មោះរួចហើយ
error-duplicate-email = អ៊ីមែលនេះបានចុះឈ្មោះរួចហើយ
error-duplicate-id-card = លេខអត្តសញ្ញាណប័ណ្ណនេះបានចុះឈ្មោះរួចហើយ
error-duplicate-license = លេខអាជ្ញាប័ណ្ណនេះបានចុះឈ្មោះរួចហើយ
error-otp-cooldown = លេខកូដទើបតែត្រូវបានផ្ញើ សូមរង់ចាំបន្តិច មុនស្នើសុំលេខកូដថ្មី
error-otp-locked = អ្នកបានព្យាយាមច្រើនដងពេក សូមរង់ចាំ { $minutes } នាទី
error-stale-version = ទិន្នន័យនេះត្រូវបានផ្លាស់ប្ដូររួចហើយ សូមផ្ទុកឡើងវិញ រួចកែម្ដងទៀត
error-idempotency-mismatch = កូនសោសំណើនេះត្រូវបានប្រើសម្រាប់សំណើផ្សេងរួចហើយ សូមប្រើកូនសោថ្មី

## Invalid fields, by code

field-required = ត្រូវតែបំពេញ
field-invalid = មិនត្រឹមត្រូវ
field-too-long = វែងពេក
field-out-of-range = នៅក្រៅដែនកំណត់
field-in-future = ពេលវេលានេះមិនទាន់មកដល់ទេ
field-invalid-identifier = សូមបញ្ចូលលេខទូរសព្ទ ឬ អ៊ីមែល
field-too-short = ខ្លីពេក
field-invalid-phone = លេខទូរសព្ទមិនត្រឹមត្រូវ
field-invalid-email = អ៊ីមែលមិនត្រឹមត្រូវ
field-too-young = អ្នកត្រូវតែមានអាយុយ៉ាងហោចណាស់ ១៣ ឆ្នាំ
field-invalid-pin = លេខកូដ PIN ត្រូវតែមាន ៤ ខ្ទង់
field-common-password = លេខសម្ងាត់នេះមានមនុស្សប្រើច្រើនពេក សូមជ្រើសរើសលេខសម្ងាត់ផ្សេង
field-unsupported-file = សូមផ្ញើឯកសារប្រភេទ JPEG, PNG ឬ PDF
field-cannot-be-off = មិនអាចបិទបានទេ

## Answers

signed-out = អ្នកបានចាកចេញពីគណនី
period-daytime = ពេលថ្ងៃ
period-night = ពេលយប់
registered = អ្នកបានចុះឈ្មោះហើយ សូមបញ្ចូលលេខកូដដែលយើងបានផ្ញើ
doctor-registered = អ្នកបានចុះឈ្មោះហើយ សូមបញ្ចូលលេខកូដដែលយើងបានផ្ញើ បន្ទាប់មកយើងនឹងផ្ទៀងផ្ទាត់អាជ្ញាប័ណ្ណរបស់អ្នក
doctor-confirmed = សូមអរគុណ យើងកំពុងផ្ទៀងផ្ទាត់អាជ្ញាប័ណ្ណរបស់អ្នក ហើយនឹងជូនដំណឹងពេលរួចរាល់
email-confirmed = អ៊ីមែលរបស់អ្នកត្រូវបានបញ្ជាក់ហើយ
code-sent = ប្រសិនបើគណនីនេះកំពុងរង់ចាំលេខកូដ យើងបានផ្ញើលេខកូដហើយ
reset-code-sent = ប្រសិនបើមានគណនីនេះ យើងបានផ្ញើលេខកូដសម្រាប់កំណត់លេខសម្ងាត់ថ្មីហើយ
password-reset = លេខសម្ងាត់ថ្មីរបស់អ្នកត្រូវបានកំណត់ហើយ សូមចូលគណនី
signed-out-everywhere = អ្នកបានចាកចេញពីគណនីនៅលើឧបករណ៍ទាំងអស់
session-ended = ឧបករណ៍នោះត្រូវបានផ្ដាច់ចេញពីគណនី
pin-set = លេខ PIN របស់អ្នកត្រូវបានកំណត់
device-on = { $app } លើ { $system }
device-unknown = ឧបករណ៍មិនស្គាល់
deletion-requested = គណនីរបស់អ្នកនឹងត្រូវបានលុបនៅថ្ងៃ { $day }។ សូមចូលគណនីមុនថ្ងៃនោះ បើអ្នកចង់រក្សាទុក
greeting-morning = អរុណសួស្តី { $name }
greeting-afternoon = ទិវាសួស្តី { $name }
greeting-evening = សាយ័ណ្ហសួស្តី { $name }
greeting-night = សួស្តី { $name }

## Notifications

notify-missed-dose-corrected-title = បានញ៉ាំថ្នាំហើយ
notify-missed-dose-corrected = { $patient } បានញ៉ាំ { $medicine } ({ $time }) ហើយ
notify-session-ended-title = ឧបករណ៍មួយត្រូវបានផ្ដាច់ចេញពីគណនី
notify-session-ended = ការចូលគណនីរបស់អ្នកត្រូវបានប្រើពីរដង ដូច្នេះយើងបានបញ្ចប់វា។ បើមិនមែនជាអ្នកទេ សូមប្តូរលេខសម្ងាត់
notify-password-reset-title = លេខសម្ងាត់របស់អ្នកត្រូវបានប្តូរ
notify-password-reset = លេខសម្ងាត់ថ្មីត្រូវបានកំណត់ដោយលេខកូដដែលយើងបានផ្ញើ ហើយឧបករណ៍ទាំងអស់ត្រូវបានផ្ដាច់ចេញពីគណនី។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
notify-password-changed-title = លេខសម្ងាត់របស់អ្នកត្រូវបានប្តូរ
notify-password-changed = លេខសម្ងាត់គណនីរបស់អ្នកត្រូវបានប្តូរ ហើយឧបករណ៍ផ្សេងទៀតទាំងអស់ត្រូវបានផ្ដាច់ចេញពីគណនី។ បើមិនមែនជាអ្នកទេ សូមកំណត់លេខសម្ងាត់ឡើងវិញឥឡូវនេះ
notify-google-linked-title = អាចចូលគណនីដោយ Google បាន
notify-google-linked = ឥឡូវនេះគណនីរបស់អ្នកអាចចូលបានដោយគណនី Google នៃអ៊ីមែលរបស់អ្នក។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
notify-email-changed-title = អ៊ីមែលរបស់អ្នកត្រូវបានផ្លាស់ប្ដូរ
notify-email-changed = គណនីរបស់អ្នកមានអ៊ីមែលថ្មីហើយ។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
notify-deletion-requested-title = គណនីរបស់អ្នកនឹងត្រូវបានលុប
notify-deletion-requested = គណនី និងទិន្នន័យទាំងអស់របស់អ្នកនឹងត្រូវបានលុបនៅថ្ងៃ { $day }។ សូមចូលគណនីមុនថ្ងៃនោះ បើអ្នកចង់រក្សាទុក
notify-deletion-cancelled-title = គណនីរបស់អ្នកត្រូវបានរក្សាទុក
notify-deletion-cancelled = អ្នកបានចូលគណនី ដូច្នេះគណនីរបស់អ្នកនឹងមិនត្រូវបានលុបទេ
notify-account-deleted-title = គណនីមួយត្រូវបានលុប
notify-account-deleted = { $name } បានលុបគណនីរបស់ខ្លួន ដូច្នេះការតភ្ជាប់របស់អ្នកបានបញ្ចប់

## One-time codes

code-confirm-sms = លេខកូដដាស់តឿនរបស់អ្នកគឺ { $code } មានសុពលភាព { $minutes } នាទី សូមកុំប្រាប់អ្នកណា
code-confirm-subject = លេខកូដដាស់តឿនរបស់អ្នក
code-confirm-mail = លេខកូដសម្រាប់បញ្ជាក់គណនីដាស់តឿនរបស់អ្នកគឺ { $code } មានសុពលភាព { $minutes } នាទី សូមកុំប្រាប់អ្នកណា
code-reset-sms = លេខកូដសម្រាប់កំណត់លេខសម្ងាត់ដាស់តឿនថ្មីគឺ { $code } មានសុពលភាព { $minutes } នាទី សូមកុំប្រាប់អ្នកណា
code-reset-subject = លេខសម្ងាត់ថ្មីសម្រាប់ដាស់តឿន
code-reset-mail = លេខកូដសម្រាប់កំណត់លេខសម្ងាត់ដាស់តឿនថ្មីគឺ { $code } មានសុពលភាព { $minutes } នាទី បើអ្នកមិនបានស្នើសុំទេ អ្នកមិនចាំបាច់ធ្វើអ្វីឡើយ
code-email-sms = { $code } គឺជាលេខកូដដាស់តឿនសម្រាប់អ៊ីមែលថ្មីរបស់អ្នក មានសុពលភាព { $minutes } នាទី សូមកុំប្រាប់អ្នកណាឱ្យសោះ
code-email-subject = អ៊ីមែលថ្មីរបស់អ្នកសម្រាប់ដាស់តឿន
code-email-mail = { $code } គឺជាលេខកូដដើម្បីបញ្ជាក់អ៊ីមែលនេះសម្រាប់គណនីដាស់តឿនរបស់អ្នក មានសុពលភាព { $minutes } នាទី។ បើអ្នកមិនបានស្នើសុំទេ អ្នកមិនចាំបាច់ធ្វើអ្វីឡើយ
notify-doctor-verified-title = គណនីរបស់អ្នកត្រូវបានផ្ទៀងផ្ទាត់
notify-doctor-verified = សូមស្វាគមន៍មកកាន់ដាស់តឿន។ ឥឡូវនេះអ្នកអាចភ្ជាប់ជាមួយអ្នកជំងឺ និងចេញវេជ្ជបញ្ជាបាន
notify-doctor-rejected-title = គណនីរបស់អ្នកមិនត្រូវបានអនុម័ត
notify-doctor-rejected = យើងមិនអាចអនុម័តគណនីវេជ្ជបណ្ឌិតរបស់អ្នកបានទេ៖ { $reason }

## Messages about an account

doctor-verified-sms = ដាស់តឿន៖ គណនីវេជ្ជបណ្ឌិតរបស់អ្នកត្រូវបានផ្ទៀងផ្ទាត់ហើយ អ្នកអាចចូលគណនីបាន
doctor-verified-subject = គណនីដាស់តឿនរបស់អ្នកត្រូវបានផ្ទៀងផ្ទាត់
doctor-verified-mail = គណនីវេជ្ជបណ្ឌិតរបស់អ្នកត្រូវបានផ្ទៀងផ្ទាត់ហើយ។ អ្នកអាចចូលប្រើដាស់តឿន ភ្ជាប់ជាមួយអ្នកជំងឺ និងចេញវេជ្ជបញ្ជាបាន
doctor-rejected-sms = ដាស់តឿន៖ គណនីវេជ្ជបណ្ឌិតរបស់អ្នកមិនត្រូវបានអនុម័ត៖ { $reason }
doctor-rejected-subject = គណនីដាស់តឿនរបស់អ្នកមិនត្រូវបានអនុម័ត
doctor-rejected-mail = យើងមិនអាចអនុម័តគណនីវេជ្ជបណ្ឌិតរបស់អ្នកនៅលើដាស់តឿនបានទេ៖ { $reason }
email-changed-sms = ដាស់តឿន៖ គណនីរបស់អ្នកមានអ៊ីមែលថ្មីហើយ។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
email-changed-subject = អ៊ីមែលរបស់អ្នកសម្រាប់ដាស់តឿនត្រូវបានផ្លាស់ប្ដូរ
email-changed-mail = គណនីដាស់តឿនរបស់អ្នកមានអ៊ីមែលថ្មីហើយ ហើយអ៊ីមែលនេះមិនអាចចូលគណនីបានទៀតទេ។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
deletion-requested-sms = ដាស់តឿន៖ គណនីរបស់អ្នកនឹងត្រូវបានលុបនៅថ្ងៃ { $day }។ សូមចូលគណនីមុនថ្ងៃនោះ បើអ្នកចង់រក្សាទុក
deletion-requested-subject = គណនីដាស់តឿនរបស់អ្នកនឹងត្រូវបានលុប
deletion-requested-mail = គណនីដាស់តឿន និងទិន្នន័យទាំងអស់របស់អ្នកនឹងត្រូវបានលុបនៅថ្ងៃ { $day }។ សូមចូលគណនីមុនថ្ងៃនោះ បើអ្នកចង់រក្សាទុក
deletion-cancelled-sms = ដាស់តឿន៖ អ្នកបានចូលគណនី ដូច្នេះគណនីរបស់អ្នកនឹងមិនត្រូវបានលុបទេ
deletion-cancelled-subject = គណនីដាស់តឿនរបស់អ្នកត្រូវបានរក្សាទុក
deletion-cancelled-mail = អ្នកបានចូលដាស់តឿន ដូច្នេះគណនីរបស់អ្នកនឹងមិនត្រូវបានលុបទេ

## Specialties

specialty-general-practice = វេជ្ជសាស្រ្តទូទៅ
specialty-internal-medicine = វេជ្ជសាស្រ្តផ្ទៃក្នុង
specialty-cardiology = បេះដូង
specialty-endocrinology = អង់ដូគ្រីន
specialty-dermatology = សើស្បែក
specialty-pediatrics = ជំងឺកុមារ
specialty-psychiatry = វិកលវិទ្យា
specialty-surgery = វះកាត់
specialty-neurology = ប្រព័ន្ធប្រសាទ
specialty-ophthalmology = ចក្ខុវិទ្យា
specialty-other = ផ្សេងទៀត

## Connections

error-self-connection = អ្នកមិនអាចភ្ជាប់ជាមួយខ្លួនឯងបានទេ
error-code-invalid = លេខកូដនេះមិនត្រឹមត្រូវ សូមពិនិត្យម្តងទៀត ឬស្នើសុំលេខកូដថ្មី
error-code-expired = លេខកូដផុតកំណត់ សូមស្នើសុំលេខកូដថ្មី
error-code-used = លេខកូដនេះត្រូវបានប្រើរួចហើយ សូមស្នើសុំលេខកូដថ្មី
error-dose-not-missed = ថ្នាំពេលនេះមិនបានខកខាន ឬហួសពេលទេ
error-limit-reached = មិនអាចភ្ជាប់សមាជិកគ្រួសារបន្ថែមទៀតដោយការជាវនេះបានទេ
error-duplicate-connection = អ្នកទាំងពីរបានភ្ជាប់រួចហើយ ឬមានសំណើភ្ជាប់រួចហើយ
error-nudge-limit = អ្នកបានសួរអំពីថ្នាំពេលនេះរួចហើយ សូមទុកពេលឱ្យអ្នកជំងឺបន្តិច
code-not-valid = លេខកូដនេះប្រើមិនបានទេ សូមស្នើសុំលេខកូដថ្មី
invitation-withdrawn = ការអញ្ជើញត្រូវបានដកវិញ
nudge-sent = បានសួរអ្នកជំងឺហើយ
nudge-answered = ចម្លើយរបស់អ្នកត្រូវបានផ្ញើ
notify-connection-requested-title = សំណើភ្ជាប់ថ្មី
notify-connection-requested = { $name } ចង់ភ្ជាប់ជាមួយអ្នក
notify-connection-requested-with-message-title = សំណើភ្ជាប់ថ្មី
notify-connection-requested-with-message = { $name } ចង់ភ្ជាប់ជាមួយអ្នក៖ { $text }
notify-connection-accepted-title = សំណើភ្ជាប់ត្រូវបានយល់ព្រម
notify-connection-accepted = { $name } បានយល់ព្រមសំណើរបស់អ្នក ឥឡូវនេះអ្នកទាំងពីរបានភ្ជាប់គ្នាហើយ
notify-connection-offer-used-title = ការភ្ជាប់ថ្មី
notify-connection-offer-used = { $name } បានប្រើលេខកូដ ឬការអញ្ជើញរបស់អ្នក ឥឡូវនេះអ្នកទាំងពីរបានភ្ជាប់គ្នាហើយ
notify-connection-declined-title = សំណើភ្ជាប់ត្រូវបានបដិសេធ
notify-connection-declined = { $name } បានបដិសេធសំណើរបស់អ្នក
notify-connection-declined-with-reason-title = សំណើភ្ជាប់ត្រូវបានបដិសេធ
notify-connection-declined-with-reason = { $name } បានបដិសេធសំណើរបស់អ្នក៖ { $text }
notify-connection-revoked-title = ការភ្ជាប់ត្រូវបានបញ្ចប់
notify-connection-revoked = { $name } បានបញ្ចប់ការភ្ជាប់ជាមួយអ្នក
notify-connection-withdrawn-title = សំណើភ្ជាប់ត្រូវបានដកវិញ
notify-connection-withdrawn = សំណើភ្ជាប់រវាង { $name } និងអ្នកត្រូវបានដកវិញ
notify-connection-permission-set-title = ការអនុញ្ញាតត្រូវបានផ្លាស់ប្ដូរ
notify-connection-permission-set = { $name } បានផ្លាស់ប្ដូរអ្វីដែលអ្នកអាចមើលបាន
notify-connection-alerts-on-title = ការជូនដំណឹងត្រូវបានបើក
notify-connection-alerts-on = { $name } បានបើកការជូនដំណឹងអំពីថ្នាំដែលខកខាន
notify-connection-alerts-off-title = ការជូនដំណឹងត្រូវបានបិទ
notify-connection-alerts-off = { $name } បានបិទការជូនដំណឹងអំពីថ្នាំដែលខកខាន
notify-connection-access-requested-title = វេជ្ជបណ្ឌិតសុំមើលទិន្នន័យរបស់អ្នក
notify-connection-access-requested = វេជ្ជបណ្ឌិត { $name } សុំមើលទិន្នន័យរបស់អ្នក៖ { $text }
notify-connection-access-approved-title = ការសុំមើលត្រូវបានអនុញ្ញាត
notify-connection-access-approved = { $name } បានអនុញ្ញាតសំណើរបស់អ្នក អ្នកអាចមើលទិន្នន័យបានក្នុងរយៈពេលកំណត់
notify-connection-access-denied-title = ការសុំមើលត្រូវបានបដិសេធ
notify-connection-access-denied = { $name } មិនទាន់បើកទិន្នន័យឱ្យមើលទេ
notify-nudge-title = តើអ្នកបានញ៉ាំថ្នាំហើយឬនៅ?
notify-nudge = { $name } សួរថា តើអ្នកបានញ៉ាំ { $medicine } ({ $time }) ហើយឬនៅ?
notify-nudge-answered-title = ចម្លើយអំពីថ្នាំ
notify-nudge-answered = { $patient } ឆ្លើយថា៖ { $text }
invitation-sms = { $patient } អញ្ជើញអ្នកប្រើដាស់តឿន។ ការអញ្ជើញរបស់អ្នក មានសុពលភាព { $days } ថ្ងៃ៖ { $token }
invitation-subject = { $patient } អញ្ជើញអ្នកប្រើដាស់តឿន
invitation-mail = { $patient } ចង់ភ្ជាប់ជាមួយអ្នកនៅលើដាស់តឿន។ សូមទទួលការអញ្ជើញក្នុងកម្មវិធីដោយប្រើ៖ { $token } មានសុពលភាព { $days } ថ្ងៃ

## Prescriptions

error-revision-required = វេជ្ជបណ្ឌិតត្រូវសរសេរវេជ្ជបញ្ជានេះឡើងវិញ មុនពេលអ្នកអាចបញ្ជាក់បាន
error-quota-exceeded = អ្នកបានលើសកម្រិតផ្ទុករបស់អ្នក
prescription-deleted = សេចក្តីព្រាងត្រូវបានលុប
notify-prescription-new-title = វេជ្ជបញ្ជាថ្មី
notify-prescription-new = { $name } បានចេញវេជ្ជបញ្ជាជូនអ្នក។ សូមពិនិត្យ និងបញ្ជាក់
notify-prescription-urgent-title = វេជ្ជបញ្ជាបន្ទាន់
notify-prescription-urgent = { $name } បានចេញវេជ្ជបញ្ជាបន្ទាន់ជូនអ្នក ដែលមានសុពលភាពចាប់ពីពេលនេះ៖ { $reason }
notify-prescription-confirmed-title = វេជ្ជបញ្ជាត្រូវបានបញ្ជាក់
notify-prescription-confirmed = { $name } បានបញ្ជាក់វេជ្ជបញ្ជារបស់អ្នក
notify-prescription-rejected-title = វេជ្ជបញ្ជាត្រូវបានបដិសេធ
notify-prescription-rejected = { $name } បានបដិសេធវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-rejected-because = { $name } បានបដិសេធវេជ្ជបញ្ជារបស់អ្នក៖ { $reason }
notify-prescription-retake-title = សូមសរសេរវេជ្ជបញ្ជាឡើងវិញ
notify-prescription-retake = { $name } ស្នើសុំឱ្យអ្នកសរសេរវេជ្ជបញ្ជាឡើងវិញ៖ { $reason }
notify-prescription-revised-title = វេជ្ជបញ្ជាត្រូវបានសរសេរឡើងវិញ
notify-prescription-revised = { $name } បានសរសេរវេជ្ជបញ្ជារបស់អ្នកឡើងវិញ។ សូមពិនិត្យ និងបញ្ជាក់
notify-prescription-proposed-title = ការកែប្រែវេជ្ជបញ្ជា
notify-prescription-proposed = { $name } ចង់កែប្រែវេជ្ជបញ្ជារបស់អ្នក។ គ្មានអ្វីផ្លាស់ប្តូរទេ រហូតដល់អ្នកយល់ព្រម
notify-prescription-accepted-title = ការកែប្រែត្រូវបានយល់ព្រម
notify-prescription-accepted = { $name } បានយល់ព្រមលើការកែប្រែវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-declined-title = ការកែប្រែត្រូវបានបដិសេធ
notify-prescription-declined = { $name } បានបដិសេធការកែប្រែវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-declined-because = { $name } បានបដិសេធការកែប្រែវេជ្ជបញ្ជារបស់អ្នក៖ { $reason }
notify-prescription-changed-urgently-title = ការកែប្រែបន្ទាន់
notify-prescription-changed-urgently = { $name } បានកែប្រែវេជ្ជបញ្ជារបស់អ្នក ហើយការកែប្រែនេះមានសុពលភាពចាប់ពីពេលនេះ៖ { $reason }
notify-prescription-medicine-added-title = ឱសថត្រូវបានបន្ថែម
notify-prescription-medicine-added = { $name } ក៏ប្រើឱសថមួយទៀត ក្រៅពីវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-paused-title = វេជ្ជបញ្ជាត្រូវបានផ្អាក
notify-prescription-paused = { $name } បានផ្អាកវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-resumed-title = វេជ្ជបញ្ជាត្រូវបានបន្ត
notify-prescription-resumed = { $name } បានបន្តវេជ្ជបញ្ជារបស់អ្នក
notify-prescription-stopped-title = វេជ្ជបញ្ជាត្រូវបានបញ្ឈប់
notify-prescription-stopped = { $name } បានបញ្ឈប់វេជ្ជបញ្ជារបស់អ្នក
notify-prescription-lapsed-title = វេជ្ជបញ្ជាបានបញ្ចប់
notify-prescription-lapsed = អ្នកបានប្រើឱសថតាមវេជ្ជបញ្ជាមួយរហូតដល់ចប់ហើយ មិនមានអ្វីត្រូវញ៉ាំទៀតទេ
