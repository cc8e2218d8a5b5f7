### ដាស់តឿន ភាសាខ្មែរ។ Every message here has its twin in en.ftl.

## Failures, by code

error-validation-error = ទិន្នន័យមិនត្រឹមត្រូវ សូមកែកន្លែងដែលបានបង្ហាញ
error-malformed-request = មិនអាចអានសំណើបានទេ សូមពិនិត្យទម្រង់របស់វា
error-dose-window-closed = មិនអាចកត់ត្រាការញ៉ាំថ្នាំនៅពេលនោះបានទេ អាចកត់ត្រាបានពីដើមថ្ងៃរហូតដល់ ២៤ ម៉ោងក្រោយពេលកំណត់
error-unauthenticated = អ្នកមិនមានសិទ្ធិចូលប្រើប្រាស់ សូមចូលគណនី
error-invalid-credentials = លេខទូរសព្ទ/អ៊ីមែល ឬ លេខសម្ងាត់មិនត្រឹមត្រូវ
error-token-expired = ការចូលគណនីរបស់អ្នកផុតកំណត់ សូមចូលម្ដងទៀត
error-token-revoked = អ្នកបានចាកចេញពីគណនី សូមចូលម្ដងទៀត
error-forbidden = អ្នកមិនមានសិទ្ធិធ្វើសកម្មភាពនេះទេ
error-account-locked = គណនីរបស់អ្នកត្រូវបានចាក់សោ សូមព្យាយាមម្ដងទៀតក្រោយ ១៥ នាទី
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
error-duplicate-email = អ៊ីមែលនេះត្រូវបានប្រើដោយគណនីផ្សេងរួចហើយ

## Invalid fields, by code

field-required = ត្រូវតែបំពេញ
field-invalid = មិនត្រឹមត្រូវ
field-too-long = វែងពេក
field-out-of-range = នៅក្រៅដែនកំណត់
field-in-future = ពេលវេលានេះមិនទាន់មកដល់ទេ
field-invalid-identifier = សូមបញ្ចូលលេខទូរសព្ទ ឬ អ៊ីមែល
field-too-short = ខ្លីពេក
field-too-common = លេខសម្ងាត់នេះមានមនុស្សប្រើច្រើនពេក សូមជ្រើសរើសលេខសម្ងាត់ផ្សេង

## Answers

signed-out = អ្នកបានចាកចេញពីគណនី
period-daytime = ពេលថ្ងៃ
period-night = ពេលយប់
signed-out-everywhere = អ្នកបានចាកចេញពីគណនីនៅលើឧបករណ៍ទាំងអស់
session-ended = ឧបករណ៍នោះត្រូវបានចាកចេញពីគណនី
pin-set = លេខ PIN របស់អ្នកត្រូវបានកំណត់
device-on = { $app } លើ { $system }
device-unknown = ឧបករណ៍មិនស្គាល់

## Notifications

notify-missed-dose-corrected-title = បានញ៉ាំថ្នាំហើយ
notify-missed-dose-corrected = { $patient } បានញ៉ាំ { $medicine } ({ $time }) ហើយ
notify-session-ended-title = ឧបករណ៍មួយត្រូវបានចាកចេញ
notify-session-ended = ការចូលគណនីរបស់អ្នកត្រូវបានប្រើពីរដង ដូច្នេះយើងបានបញ្ចប់វា។ បើមិនមែនជាអ្នកទេ សូមប្តូរលេខសម្ងាត់
notify-password-changed-title = លេខសម្ងាត់របស់អ្នកត្រូវបានប្តូរ
notify-password-changed = លេខសម្ងាត់គណនីរបស់អ្នកត្រូវបានប្តូរ ហើយឧបករណ៍ផ្សេងទៀតទាំងអស់ត្រូវបានចាកចេញ។ បើមិនមែនជាអ្នកទេ សូមកំណត់លេខសម្ងាត់ឡើងវិញឥឡូវនេះ
notify-google-linked-title = អាចចូលគណនីដោយ Google បាន
notify-google-linked = ឥឡូវនេះគណនីរបស់អ្នកអាចចូលបានដោយគណនី Google នៃអ៊ីមែលរបស់អ្នក។ បើមិនមែនជាអ្នកទេ សូមទាក់ទងមកយើង
