## Refusal codes

code-malformed-body = The request cannot be read
code-idempotency-key-missing = An Idempotency-Key header is needed
code-unauthenticated = Please sign in
code-sign-in-failed = E-mail or password is wrong
code-forbidden = This is not open to you
code-account-not-approved = Your account is not approved yet
code-csrf-failed = The form has expired; please send it again
code-not-found = Not found
code-method-not-allowed = Method not allowed
code-bank-details-missing = Bank details are needed first
code-four-eyes = Somebody else has to do this
code-terms-in-use = The terms of a contract never change
code-state-conflict = The state no longer allows this
code-idempotency-in-progress = The same request is still running
code-insufficient-funds = The wallet does not cover this
code-ping-over = No bid is held for this ping any more
code-not-for-sale = The lead is no longer for sale
code-already-bought = You own this lead already
code-already-disputed = This charge has had its dispute
code-dispute-window-over = The time for a dispute is over
code-return-cap-reached = As many disputes as the contract allows are open already
code-own-decision = Another auditor decides what you decided before
code-version-mismatch = It was changed by somebody else meanwhile
code-payload-too-large = Too much was sent at once
code-unsupported-media-type = The content type is not supported
code-invalid-content = Some fields need attention
code-idempotency-key-reused = The Idempotency-Key was used with other content
code-rate-limited = Too many requests; please wait
code-internal-error = Something went wrong on our side
code-unavailable = Not available at the moment

## Field reasons

reason-required = is needed
reason-wrong-type = has the wrong type
reason-unknown-field = is not a known field
reason-not-allowed = is not one of the accepted values
reason-too-short = is too short
reason-too-long = is too long
reason-too-small = is too small
reason-too-large = is too large
reason-too-many = has too many items
reason-taken = is in use already
reason-phone-invalid = is not a possible phone number
reason-email-invalid = is not an e-mail address
reason-url-invalid = is not a web address
reason-time-invalid = is not a time
reason-time-in-future = lies in the future
reason-time-zone-unknown = is not a known time zone
reason-country-unknown = is not a known country
reason-region-unknown = is not a region of that country
reason-postal-code-invalid = is not a postal code of that country
reason-currency-unknown = is not a known currency
reason-currency-mismatch = has another currency
reason-amount-invalid = is not an amount of money
reason-vertical-unknown = is not a known vertical
reason-not-a-person = names no person; a company alone is not a lead
reason-no-contact = has neither phone nor e-mail; without one it is not a lead
reason-no-interest = says no interest; contact data alone is not a lead
reason-consent-missing = lacks the consent
reason-consent-expired = is older than the vertical allows
reason-age-under-minimum = is under the minimum age
reason-changed-since-ping = is not what the ping announced
reason-duplicate = was received before, within the window of the vertical
reason-not-filterable = cannot be filtered by
reason-operator-not-supported = does not know this operator
reason-iban-invalid = is not an IBAN
reason-bic-invalid = is not a BIC
reason-password-weak = is too easy to guess
reason-password-wrong = is not your present password
reason-password-differs = is not the same as the one above
reason-file-empty = is empty
reason-file-encoding = has an unknown encoding
reason-file-type = is not a file of an accepted type
reason-column-missing = lacks a column
reason-column-twice = has the same column twice
reason-reason-not-creditable = is no reason that this contract gives money back for
reason-evidence-missing = is needed as evidence for this reason
reason-line-malformed = cannot be read as a line of the table
reason-phone-premium = is a premium-rate number
reason-phone-voip = is an internet telephone number, which anybody may get anonymously
reason-phone-not-personal = is a number of a service, not of a person
reason-phone-country-differs = belongs to another country than the lead
reason-phone-region-differs = is a fixed line of another region than the lead's
reason-phone-unreachable = is not in service, its carrier says
reason-role-address = belongs to a function, not to a person
reason-disposable-domain = is made to be thrown away
reason-mail-domain-unknown = has a domain that does not exist
reason-mail-domain-takes-none = has a domain that takes no mail
reason-mailbox-unknown = is a mailbox that its server does not know
reason-name-placeholder = is a name that people type to try a form
reason-name-keyboard-run = is a row of keys, not a name
reason-name-repeated = is made of repetitions
reason-name-digits = has digits
reason-name-is-company = names a company, not a person
reason-name-unreadable = cannot be spoken
reason-postal-code-region-differs = lies in another region than the lead's
reason-age-implausible = is an age that hardly anybody reaches
reason-suppressed = is on a suppression list
reason-consent-ages = will soon be too old
reason-consent-incomplete = does not say what was agreed to
reason-consent-channel-missing = does not cover a channel that the vertical demands
reason-consent-recipient-missing = does not name a recipient that the vertical demands
reason-source-burst = comes from an address that sent too many leads in a short time
reason-device-burst = comes from a device that sent too many leads in a short time
reason-consent-copied = was given at the same moment as those of other leads
reason-standing-low = comes from a seller of low standing
reason-confirmation-pending = was not yet confirmed by the person
reason-confirmation-lapsed = was not confirmed by the person in time
reason-check-unavailable = could not be asked

## Errors

error-request-id = Request { $id }

## Verticals

verticals-field-country = Country
verticals-field-region = Region
verticals-field-city = City
verticals-field-postal-code = Postal code
verticals-field-age = Age
verticals-field-gender = Gender
verticals-field-marital-status = Marital status
verticals-field-employed = Employed
verticals-title = Verticals
verticals-intro = The markets of the exchange, with their rules.
verticals-empty = No verticals
verticals-empty-next = The shipped ones are added when the server starts.
verticals-name = Vertical
verticals-commission = Commission
verticals-commission-help = In hundredths of a per cent: 1500 is 15 %
verticals-duplicate-window = Days in which a contact is taken once
verticals-consent-age = Days that a consent holds
verticals-dispute-window = Days to open a dispute
verticals-answer-days = Days for the seller to answer a dispute
verticals-decide-days = Days for the exchange to decide one
verticals-appeal-days = Days to appeal
verticals-return-cap = Share of purchases that may be disputed
verticals-cap-days = Days that this share counts
verticals-meritless-fee = Fee for a dispute without merit, of its price
verticals-resells = A refunded lead
verticals-resells-yes = may be sold to somebody else
verticals-resells-no = is not sold again
verticals-bps-help = In hundredths of a per cent: 2000 is 20 %
verticals-listing-days = Days on offer
verticals-max-copies = Copies at most
verticals-held-prior = Chance of a held appointment, before there is data
verticals-sale-prior = Chance of a sale, before there is data
verticals-prior-weight = Leads that these chances count for
verticals-prior-help = In hundredths of a per cent: 1500 is 15 %. Ranks pay-per-appointment and pay-per-sale bids until outcomes are known.
verticals-min-age = Least age
verticals-fields = Fields of a lead
verticals-field = Field
verticals-kind = Type
verticals-traits = Traits
verticals-accepted = Accepted
verticals-required = needed
verticals-filterable = can be filtered
verticals-personal = personal
verticals-numbers = Rules
verticals-save = Save
verticals-changed = The numbers are changed; they hold for new leads and sales.
## Requests

requests-gate-vertical = The lead is of another vertical
requests-gate-condition = A condition of the filter is not met
requests-gate-not = not wanted: { $condition }
requests-gate-need-phone = The lead has no phone number
requests-gate-need-email = The lead has no e-mail address
requests-gate-currency = The lead is offered in another currency
requests-gate-model = The seller does not accept this kind of contract
requests-gate-bid-below-ask = The bid is below the ask price
requests-gate-consent-too-old = The consent is older than the request takes
requests-gate-seller-not-allowed = The seller is not one of those the request buys from
requests-gate-seller-blocked = The request does not buy from this seller
requests-gate-own-lead = The buyer is the seller of the lead
requests-gate-not-listed = The lead is not on offer
requests-gate-lead-expired = The offer of the lead has ended
requests-gate-private-contract = The contract is with another seller
requests-gate-criterion = A criterion of the contract is not met
requests-gate-stage = The lead is not qualified far enough for the contract
requests-gate-seniority = The contact is not senior enough for the contract
requests-gate-quality = The lead is of less quality than you ask for
requests-gate-below-least = The contract pays less for outcomes than the seller asks for
requests-gate-contract-not-active = The contract is not in force
requests-gate-sold-out = Every copy of the lead is sold
requests-gate-request-not-active = The request is not active
requests-gate-schedule = Outside the days and hours of the request
requests-gate-cap-hour = The number of leads for this hour is reached
requests-gate-cap-day = The number of leads for this day is reached
requests-gate-cap-week = The number of leads for this week is reached
requests-gate-cap-month = The number of leads for this month is reached
requests-gate-amount-hour = The amount for this hour is reached
requests-gate-amount-day = The amount for this day is reached
requests-gate-amount-week = The amount for this week is reached
requests-gate-amount-month = The amount for this month is reached
requests-gate-quantity = The quantity is bought already
requests-gate-budget = The budget does not cover this lead
requests-gate-wallet = The wallet does not cover this lead
requests-gate-already-bought = The buyer owns the lead already
requests-gate-by-hand = The request only shows leads; its buyer buys by hand
requests-gate-outranked = Others offered more
requests-yes = yes
requests-no = no
requests-sentence-eq = { $field }: { $value }
requests-sentence-ne = { $field }: not { $value }
requests-sentence-in = { $field }: one of { $value }
requests-sentence-not-in = { $field }: none of { $value }
requests-sentence-gte = { $field }: at least { $value }
requests-sentence-lte = { $field }: at most { $value }
requests-sentence-between = { $field }: from { $low } to { $high }
requests-sentence-exists = { $field }: known
requests-sentence-absent = { $field }: not known
requests-field-channel = Channel of origin
requests-field-consent-age = Age of the consent, days
requests-field-received-age = Days on offer
requests-field-has-phone = Has a phone number
requests-field-has-email = Has an e-mail address
requests-field-quality = Quality, 0 to 100
requests-field-score = Score, 0 to 100

## Delivery

delivery-subject = A new lead: { $request }
delivery-intro = You bought a lead with your purchase request “{ $request }”.
delivery-name = Name
delivery-phone = Phone
delivery-email = E-mail
delivery-company = Company
delivery-job-title = Job title
delivery-interest = Interest
delivery-price = Price
delivery-dispute-until = Dispute until
delivery-open = Open the purchase:
delivery-lawful-use = Use the contact only for what the person consented to.

## Purchases

purchases-market-title = Market
purchases-market-intro = Leads on offer now. Contacts are masked until you buy; the ask is what you pay.
purchases-market-empty = No lead fits this filter
purchases-market-empty-next = Widen the filter, or post a purchase request: it buys fitting leads the moment they come in.
purchases-new-request = New purchase request
purchases-verticals = Verticals
purchases-country = Country
purchases-region = Region
purchases-min-age = Age from
purchases-max-age = Age to
purchases-currency = Currency
purchases-with-phone = With phone
purchases-with-email = With e-mail
purchases-filter = Filter
purchases-buy = Buy
purchases-buy-title = Buy this lead for { $price }?
purchases-buy-text = { $name }: the wallet pays at once, and the contact is yours to see. You can dispute it for { $days } days.
purchases-buy-this = Buy { $name } for { $price }
purchases-found = { $count } leads fit
purchases-bought = You bought the lead for { $price }.
purchases-inbox-title = Inbox
purchases-inbox-intro = Everything you bought, with the contacts. Each look is noted in the audit log.
purchases-inbox-empty = Nothing bought yet
purchases-inbox-empty-next = Post a purchase request and fitting leads arrive here by themselves, or pick one on the market.
purchases-inbox-none-match = No purchase in this state
purchases-inbox-none-match-next = Look at all of them.
purchases-states = States
purchases-tab-all = All
purchases-new = New
purchases-person = Person
purchases-shown = { $count } shown
purchases-column-purchase = Purchase
purchases-column-bought = Bought
purchases-column-state = State
purchases-column-vertical = Vertical
purchases-column-first-name = First name
purchases-column-last-name = Last name
purchases-column-phone = Phone
purchases-column-email = E-mail
purchases-column-company = Company
purchases-column-job-title = Job title
purchases-column-interest = Interest
purchases-column-price = Price
purchases-column-currency = Currency
purchases-column-attributes = Attributes
purchases-purchase-title = Purchase
purchases-contact = Contact
purchases-about = About the lead
purchases-timeline = Timeline
purchases-consent = Consent
purchases-consent-given = Consent given
purchases-consent-page = Page
purchases-consent-version = Version
purchases-consent-ip = Address
purchases-money = Money
purchases-terms = Terms
purchases-terms-version = { $model ->
    [ppl] Pay per lead
    [ppa] Pay per appointment
    [pps] Pay per sale
    [hybrid] Hybrid
   *[other] { $model }
}, version { $version }
purchases-why = Why you got it
purchases-why-best-request = Your request stood in place { $place } of { $candidates } that fitted this lead when it came in.
purchases-why-best-listing = The lead stood in place { $place } of { $candidates } that fitted your request when it was activated.
purchases-why-held-bid = A ping announced the lead; your request stood in place { $place } of { $candidates } that fitted, and its bid was held until the lead came.
purchases-why-picked = You picked it on the market at the seller’s ask.
purchases-bid = Bid
purchases-wishes-met = Wishes met
purchases-request = Request
purchases-open-request = Open the request

## Ledger

ledger-law-1 = Each posting has two entries or more and sums to zero
ledger-law-2 = Each kept balance is the sum of its entries, in an unbroken chain
ledger-law-3 = No balance is below zero
ledger-law-4 = Open holds add up to the money held
ledger-law-5 = Pending and disputed shares and open payouts add up
ledger-law-6 = A charge is captured once and never refunded beyond its price
ledger-law-7 = Nothing is booked or answered twice
ledger-law-8 = Each business event has its posting, and each posting its event
ledger-law-9 = Every seal verifies, and nothing old is unsealed
ledger-law-10 = Buyer paid = seller earned + commission + refunds
ledger-check-holds = law { $number }: holds on { $checked } rows: { $title }
ledger-check-broken = law { $number }: BROKEN, { $breaches } breaches in { $checked } rows: { $title }
ledger-wallet = Wallet
ledger-wallet-intro = Your money on the exchange. Leads are paid from it at once; refunds come back to it.
ledger-wallet-empty = No money here yet
ledger-wallet-empty-next = Announce a deposit with what your transfer says; it is credited when the operator has seen the money.
ledger-wallet-waiting = Your deposit is on its way
ledger-wallet-waiting-next = The operator credits it when the money has come; then it stands here.
ledger-available = Available, { $currency }
ledger-held = { $amount } held
ledger-statement = Statement
ledger-statement-nothing = Nothing of this kind
ledger-statement-nothing-next = Remove the filter to see every change.
ledger-what = What
ledger-when = When
ledger-change = Change
ledger-balance = Balance
ledger-currency = Currency
ledger-amount = Amount
ledger-reference = Reference
ledger-reference-help = What your bank transfer says, so that it is found.
ledger-state = State
ledger-lines-shown = { $count } shown
ledger-deposit-add = Add money
ledger-deposit-announce = Announce the deposit
ledger-deposit-announced = { $amount } announced; it is credited when the operator has seen the money.
ledger-deposit-approved = { $amount } credited.
ledger-deposit-refused = The deposit of { $amount } was refused.
ledger-deposit-credit = Credit
ledger-deposit-credit-this = Credit { $amount } to { $buyer }
ledger-deposit-refuse = Refuse
ledger-deposit-refuse-this = Refuse { $amount } of { $buyer }
ledger-deposits = Deposits
ledger-deposits-intro = Announced by buyers. Credit one when its money has come; refuse it when it will not.
ledger-deposits-none = No deposit waits
ledger-deposits-none-next = Deposits appear here as soon as buyers announce them.
ledger-deposits-nothing = None in this state
ledger-deposits-nothing-next = Look at those that wait.
ledger-deposits-waiting = Waiting deposits
ledger-buyer = Buyer
ledger-announced = Announced
ledger-books = Ledger
ledger-books-intro = Every amount on the exchange, in double entry. Nothing here is ever changed or deleted.
ledger-books-empty = No money has moved yet
ledger-books-empty-next = The first deposit that you credit begins the books.
ledger-accounts = Accounts
ledger-accounts-none = No account of this kind: { $kind }
ledger-accounts-none-next = An account begins with its first entry.
ledger-account = Account
ledger-account-empty = No entry on this account
ledger-account-empty-next = Look at the accounts that have some.
ledger-owner = Organisation
ledger-owner-exchange = The exchange
ledger-entries = Entries
ledger-posting = Posting
ledger-cause = Cause
ledger-corrects = Corrects
ledger-note = Note
ledger-debit = Debit
ledger-credit = Credit
ledger-proof = Proof
ledger-proof-intro = Every posting and every audit entry is sealed in a chain of hashes. Keep a root elsewhere, and nobody can change the past unseen.
ledger-proof-run = Test every law now
ledger-proof-holds = Every law holds.
ledger-proof-broken = A law is broken; the rows are named below.
ledger-laws = Laws
ledger-law = Law
ledger-law-says = What it says
ledger-law-rows = Rows tested
ledger-law-holds = holds
ledger-law-broken = broken
ledger-seals-postings = Seals of postings
ledger-seals-audit = Seals of the audit log
ledger-seals-none = Nothing is sealed yet
ledger-seals-none-next = The server seals once a second.
ledger-seal = Seal
ledger-seal-root = Root
ledger-seal-rows = Rows
ledger-earnings = Earnings
ledger-earnings-intro = Your share of every lead sold. It becomes payable when the buyer can no longer dispute.
ledger-earnings-empty = Nothing sold yet
ledger-earnings-empty-next = Send leads in; each one that is sold stands here with its price and your share.
ledger-earnings-none = No lead sold
ledger-earnings-months = By month
ledger-earnings-leads = Leads sold
ledger-earnings-pending-note = final when the dispute window ends
ledger-earnings-payable-note = yours to be paid out
ledger-earnings-disputed-note = under dispute
ledger-earnings-reserve-note = kept back for refunds
ledger-earnings-owed-note = owed after refunds
ledger-earnings-final-on = final on { $day }
ledger-earnings-final = payable
ledger-earnings-disputed = disputed
ledger-earnings-refunded = refunded
ledger-refunded-part = { $amount } refunded
ledger-month = Month
ledger-lead = Lead
ledger-sold = Sold
ledger-sold-when = Sold
ledger-price = Price
ledger-commission = Commission
ledger-share = Your share
ledger-event-deposit = Deposit
ledger-event-deposit-fee = Deposit fee
ledger-event-hold = Lead bought
ledger-event-top-up = Set aside in addition
ledger-event-fee = Fee of the exchange
ledger-event-capture = Charge
ledger-event-release = Money released
ledger-event-settle = Share final
ledger-event-dispute-hold = Dispute opened
ledger-event-reserve-release = Reserve paid out
ledger-event-dispute-release = Dispute ended
ledger-event-refund = Refund
ledger-event-claim-collected = Claim collected
ledger-event-claim-written-off = Claim written off
ledger-event-payout-asked = Payout asked for
ledger-event-payout-paid = Payout paid
ledger-event-payout-failed = Payout failed
ledger-event-payout-returned = Payout returned
ledger-event-withdrawal-asked = Withdrawal
ledger-event-withdrawal-paid = Withdrawal paid
ledger-event-withdrawal-failed = Withdrawal failed
ledger-event-adjustment = Adjustment
ledger-event-chargeback = Charge-back
ledger-event-chargeback-fee = Charge-back fee
ledger-event-reversal = Reversal
ledger-kind-wallet = Wallets
ledger-kind-hold = Held
ledger-kind-s-pending = Pending
ledger-kind-s-disputed = Disputed
ledger-kind-s-reserve = Reserve
ledger-kind-s-payable = Payable
ledger-kind-seller-recv = Owed by sellers
ledger-kind-buyer-recv = Owed by buyers
ledger-kind-payout-transit = Payouts under way
ledger-kind-refund-transit = Withdrawals under way
ledger-kind-cash = Cash
ledger-kind-rev-commission = Commission
ledger-kind-rev-fees = Fees
ledger-kind-exp-psp = Provider fees
ledger-kind-exp-chargeback = Charge-backs
ledger-kind-exp-bad-debt = Bad debt
ledger-kind-exp-goodwill = Goodwill
## Frame

product-name = Galena
skip-to-content = Skip to the content
nav-label = Main
nav-side = Side bar
nav-menu = Menu
nav-theme = Light or dark
nav-open-dashboard = Open the dashboard
nav-dashboard = Dashboard
nav-leads = Leads
nav-add-lead = Add a lead
nav-import = Import
nav-refused = Refused leads
nav-earnings = Earnings
nav-payouts = Payouts
nav-market = Market
nav-public-market = Public market
nav-icps = Customer profiles
nav-contracts = Contracts
nav-requests = Purchase requests
nav-inbox = Inbox
nav-wallet = Wallet
nav-overview = Overview
nav-approvals = Approvals
nav-accounts = Accounts
nav-deposits = Deposits
nav-verticals = Verticals
nav-ledger = Ledger
nav-queues = Queues
nav-audit = Audit log
nav-account = Your account
nav-api-keys = API keys
nav-api-docs = API docs
nav-sign-in = Sign in
nav-sign-up = Open an account
nav-sign-out = Sign out
nav-terms = Terms
nav-privacy = Privacy
account-menu = Account menu
footer-note = Galena is open source; every decision and every amount can be checked.
not-approved-notice = The operator has not approved your account, so you can look around but not trade.
not-available = n/a
fact-yes = yes
fact-no = no
kind-seller = Seller
kind-buyer = Buyer
kind-operator = Operator
time-now = just now
time-ago = { $unit ->
    [minutes] { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
    [hours] { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
   *[days] { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
}
time-ahead = { $unit ->
    [minutes] { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
    [hours] { $count ->
        [one] in { $count } hour
       *[other] in { $count } hours
    }
   *[days] { $count ->
        [one] in { $count } day
       *[other] in { $count } days
    }
}
field-error = { $message }. Accepted: { $accepted }
form-errors-title = Some fields need attention
form-optional = (optional)
form-any = Any
form-choose = Choose…
form-cancel = Cancel
form-close = Close
form-copy = Copy
form-filter = Apply
filter-clear = Clear all
filter-remove = Remove this filter
page-first = First page
page-previous = Previous
page-next = Next
error-to-front = To the front page
error-advice-sign-in = Sign in and try again.
error-advice-forbidden = Your role or the state of your account does not allow this. Ask the owner of your account or the operator.
error-advice-not-found = It may have been removed, or the address has a typo.
error-advice-wait = Wait a moment and try again.
error-advice-back = Go back, mend it and send it again.
error-advice-ours = It was noted. Try again; if it stays, tell the operator the number below.
state-bid = Bid held
state-posted = Posted
state-lost = Lost
state-received = Received
state-rejected = Rejected
state-not-checked = Not checked
state-quarantined = In review
state-listed = Listed
state-sold-out = Sold out
state-expired = Expired
state-withdrawn = Withdrawn
state-erased = Erased
state-draft = Draft
state-taken = Taken
state-passed = Passed
state-tested = Tested
state-live = Live
state-retired = Retired
state-active = Active
state-paused = Paused
state-fulfilled = Fulfilled
state-closed = Closed
state-delivered = Delivered
state-awaiting-outcome = Awaiting outcome
state-appointment-held = Appointment held
state-sold = Sold
state-lapsed = Lapsed
state-disputed = Disputed
state-settled = Settled
state-refunded = Refunded
state-held = Set aside
state-owed = Owed
state-captured = Charged
state-released = Returned
state-written-off = Written off
state-scheduled = Set
state-proposed = Waiting for an answer
state-contested = Contested
state-confirmed = Confirmed
state-dismissed = Dismissed
state-cancelled = Called off
state-offered = Offered
state-declined = Declined
state-pending = Pending
state-approved = Approved
state-refused = Refused
state-suspended = Suspended
state-requested = Requested
state-sent = Sent
state-paid = Paid
state-returned = Came back
state-prepared = Prepared
state-dissolved = Taken apart
state-queued = Queued
state-running = Running
state-done = Done
state-dead = Given up
state-uploaded = Uploaded
state-finished = Finished
state-failed = Failed
state-revoked = Revoked
state-pass = Pass
state-warn = Warning
state-fail = Fail

## Accounts

accounts-sign-in = Sign in
accounts-sign-out = Sign out
accounts-sign-up = Open an account
accounts-sign-up-hint = The operator approves new accounts before they trade; until then you can look around.
accounts-email = E-mail
accounts-password = Password
accounts-password-hint = 12 characters or more; a phrase of several words is easiest to remember.
accounts-no-account = No account yet? Open one
accounts-have-account = Have an account already? Sign in
accounts-i-want = I want to
accounts-to-buy = buy leads
accounts-to-sell = sell leads
accounts-organisation = Organisation
accounts-country = Country
accounts-name = Your name
accounts-terms = The terms
accounts-accept-terms = I accept the terms of the exchange and may act for this organisation
accounts-all = All
accounts-id = Id
accounts-your-account = Your account
accounts-facts = Account
accounts-state = State
accounts-number = Account number
accounts-kind = Kind
accounts-role = Role
accounts-person = Person
accounts-since = Since
accounts-last-sign-in = Last sign-in
accounts-never = never
accounts-note = Note
accounts-change-password = Change the password
accounts-change-password-hint = Every other browser in which you are signed in is signed out.
accounts-present-password = Present password
accounts-new-password = New password
accounts-new-password-again = New password again
accounts-password-changed = The password was changed; your other browsers are signed out.
accounts-keys = API keys
accounts-keys-intro = A key opens the API to a program of yours, as far as its scopes go. Keep it like a password.
accounts-keys-empty = No keys yet
accounts-keys-empty-next = Make one below, or send your first request by the pages.
accounts-key-name = Name
accounts-key-name-hint = What it is for, such as “CRM import”.
accounts-key = Key
accounts-key-scopes = Scopes
accounts-key-made = Made
accounts-key-used = Last used
accounts-key-new = Make a key
accounts-key-shown-once = Copy the key now: it is shown this once only.
accounts-key-revoke = Revoke
accounts-key-revoke-this = Revoke { $name }
accounts-key-revoke-title = Revoke this key?
accounts-key-revoke-text = Programs that use it are refused from now on. This cannot be undone.
accounts-key-revoked = The key was revoked.
accounts-scope-leads-read = Read leads
accounts-scope-leads-write = Send and withdraw leads
accounts-scope-requests-read = Read purchase requests
accounts-scope-requests-write = Post and change purchase requests
accounts-scope-purchases-read = Read purchases with their contacts
accounts-scope-purchases-write = Buy and report on purchases
accounts-scope-wallet-read = Read the wallet
accounts-scope-wallet-write = Ask for deposits
accounts-scope-payouts-read = Read payouts
accounts-scope-payouts-write = Ask for payouts
accounts-scope-operator-read = Read the operator’s data
accounts-scope-operator-write = Act for the operator
accounts-approvals = Approvals
accounts-approvals-intro = New sellers and buyers; they may look around but not trade until you decide.
accounts-approvals-empty = Nobody waits for approval
accounts-approvals-empty-next = New accounts appear here as soon as they sign up.
accounts-approve = Approve
accounts-approve-this = Approve { $name }
accounts-reject = Reject
accounts-suspend = Suspend
accounts-reinstate = Reinstate
accounts-look = Look and decide
accounts-approved = The account was approved.
accounts-rejected = The account was rejected.
accounts-suspended = The account was suspended.
accounts-reinstated = The account was reinstated.
accounts-list = Accounts
accounts-list-empty = No account fits
accounts-list-empty-next = Remove a filter to see more.
accounts-shown = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
accounts-users = Users
accounts-decide = Decide
accounts-decide-hint = The note is kept with the decision; rejecting and suspending need one.
accounts-commission = Commission
accounts-commission-hint = Basis points over the vertical’s own commission: 1250 is 12.5 %. Empty: as the vertical has it.
accounts-commission-save = Save the commission
accounts-commission-set = The commission was saved.
accounts-commission-of-vertical = as the vertical has it
accounts-welcome = Welcome! Your account waits for the operator's approval; you can look around meanwhile.
## Leads

leads-field-first-name = First name
leads-field-last-name = Last name
leads-field-full-name = Full name (is split)
leads-field-email = E-mail
leads-field-phone = Phone
leads-field-company = Company
leads-field-job-title = Job title
leads-field-birth-year = Year of birth
leads-field-interest = Interest
leads-field-timeline = Timeline
leads-field-consent-text = Consent: text
leads-field-consent-version = Consent: version
leads-field-consent-given-at = Consent: given at
leads-field-consent-page = Consent: page
leads-field-consent-ip = Consent: IP address
leads-field-consent-user-agent = Consent: browser
leads-field-consent-certificate = Consent: certificate
leads-field-consent-recipients = Consent: recipients
leads-field-consent-channels = Consent: ways to reach
leads-field-campaign = Campaign
leads-field-source = Source
leads-field-channel = Channel
leads-field-ask = Ask price
leads-field-currency = Currency
leads-field-copies = Copies
leads-field-expires-in-days = Days on offer
leads-field-accepts = Contract models
leads-group-models = Other ways to be paid
leads-help-accepts = Of { $models }, set apart by commas; left empty, pay per lead only.
leads-field-least-appointment = Least for a held appointment
leads-help-least-appointment = In the currency of the ask.
leads-field-least-share = Least share of a sale, hundredths of a per cent
leads-help-least-share = 500 is 5 %. Where no least is named, what a lead is expected to bring must reach the ask.
leads-least-share = Least share of a sale
leads-field-any-yield = Whatever the expected yield
leads-help-any-yield = Whether terms without a named least are taken below the ask too.
leads-score = Score
leads-score-of = { $score }, { $stage }
leads-stage-lead = not qualified yet
leads-field-external-id = Your number
leads-title = Leads
leads-intro = The people you sent in, and what became of them.
leads-add = Add a lead
leads-import = Import a file
leads-states = States of leads
leads-tab-all = All
leads-none-match = No lead matches
leads-none-match-next = Take a filter away, or search for something else.
leads-show-all = Show all
leads-empty = No leads yet
leads-empty-next = Add one by hand, import a file, or send them over the API.
leads-column-person = Person
leads-column-state = State
leads-column-received = Received
leads-column-sold = Sold
leads-column-lead = Lead
leads-column-vertical = Vertical
leads-column-line = Line
leads-column-field = Field
leads-column-code = Reason
leads-column-hint = What is accepted
leads-shown = { $count ->
    [one] { $count } lead
   *[other] { $count } leads
  } shown
leads-search = Search
leads-search-hint = E-mail, phone, your number, interest
leads-all-verticals = All verticals
leads-sort = Order
leads-sort-newest = Newest first
leads-sort-oldest = Oldest first
leads-filter = Filter
leads-lead = Lead
leads-about = About the lead
leads-contact = Contact
leads-checks = Checks
leads-check = Check
leads-verdict = Verdict
leads-reason = Reason
leads-history = History
leads-copies-sold = Copies sold
leads-on-offer-until = On offer until
leads-price = Price
leads-earning = Seller earns
leads-not-given = Not given
leads-import-charset-found = Found out from the file
leads-seller = Seller
leads-show-contact = Show the contact
leads-show-contact-hint = The audit log notes that you looked.
leads-withdraw = Withdraw
leads-withdraw-title = Withdraw this lead?
leads-withdraw-text = It leaves the market for good. Copies that were sold stay sold.
leads-withdrawn = The lead is off the market.
leads-taken = The lead was taken and is on the market.
leads-taken-and-sold = { $copies ->
    [one] The lead was taken and sold at once.
   *[other] The lead was taken, and { $copies } copies were sold at once.
  }
leads-send = Send the lead
leads-yes = Yes
leads-no = No
leads-group-person = Who asked
leads-group-wish = What for
leads-group-consent = Consent
leads-group-sale = Sale
leads-group-origin = Origin
leads-help-phone = International, or national with the country below
leads-help-consent-given-at = 2026-11-20 09:30, in UTC
leads-help-ask = The least that you take for a copy
leads-help-at-most = At most { $most }
leads-channel-seed = Word of mouth
leads-channel-net = Internet marketing
leads-channel-spear = Direct outreach
leads-event-listed = Received and listed
leads-event-quarantined = Received, and brought before an auditor
leads-event-received = Received, and waits to be confirmed
leads-event-released = Listed by an auditor
leads-event-rejected = Rejected by an auditor, off the market
leads-event-confirmation-asked = The person was asked to confirm
leads-event-confirmation-sent = A code was sent to the person
leads-event-confirmation-failed = A wrong code was typed
leads-event-confirmation-done = Confirmed by the person
leads-event-confirmation-lapsed = Not confirmed in time
leads-event-withdrawn = Withdrawn
leads-event-expired = Time on offer over
leads-event-sold = A copy was sold
leads-event-contact-viewed = Contact looked at
leads-via = Came by
leads-via-api = API
leads-via-form = Form
leads-via-file = File
leads-line = line
leads-refused-title = Refused leads
leads-refused-intro = What could not be taken, with the reason for each field. Mend it and send it again.
leads-refused-one = Refused lead
leads-refused-one-intro = Mend what is marked, then send it again.
leads-refused-why = Why it was refused
leads-refused-empty = Nothing was refused
leads-refused-empty-next = What cannot be taken will wait here for you to mend.
leads-refused-resend = Send again
leads-refused-drop = Drop it
leads-refused-drop-title = Drop this refused lead?
leads-refused-drop-text = What was sent is deleted and cannot be brought back.
leads-refused-dropped = The refused lead is gone.
leads-import-intro = A CSV file with a line of column names: exports of HubSpot, Meta lead ads and Salesforce are known.
leads-import-file = File
leads-import-file-help = CSV with commas, semicolons or tabs, up to 64 MiB and 1,000,000 lines
leads-import-charset = Encoding
leads-import-charset-help = Only when the file is neither UTF-8 nor UTF-16
leads-import-upload = Upload
leads-import-empty = No imports yet
leads-import-empty-next = Choose a file above. You see what its columns mean before anything is taken.
leads-import-lines = Lines
leads-import-accepted = Accepted
leads-import-refused = Refused
leads-import-map-intro = { $lines ->
    [one] 1 line
   *[other] { $lines } lines
} for { $vertical }. Say what the columns mean, and what all lines share.
leads-import-lacks = The file cannot be started yet
leads-import-columns = Columns
leads-import-column = Column
leads-import-means = Means
leads-import-samples = First lines
leads-import-leave-out = Leave out
leads-import-defaults = What all lines share
leads-import-defaults-intro = Used where a line has no value of its own.
leads-import-preview = The first lines as they would be taken
leads-import-preview-outcome = Outcome
leads-import-sound = Will be taken
leads-import-check = Check again
leads-import-start = Start the import
leads-import-discard = Discard
leads-import-discard-title = Discard this file?
leads-import-discard-text = Nothing of it was taken. The file is deleted.
leads-import-discarded = The file is gone.
leads-import-failed = The import failed: { $failure }
leads-import-going-on = The import is running. You may leave this page.
leads-import-refused-lines = Refused lines
leads-import-download = Download the refused lines
leads-import-another = Import another file
leads-desk-title = Leads of all sellers
leads-desk-intro = Contacts stay masked here.
leads-desk-empty = No leads yet
leads-desk-empty-next = Sellers send them in once their accounts are approved.
leads-desk-to-accounts = Accounts
leads-desk-from = From { $seller }
leads-desk-reason = Why you need to see the contact
leads-desk-reason-hint = At least ten characters; it goes to the audit log with your name.

## Reports: public pages

front-title = The open lead exchange
front-eyebrow = Open-source lead exchange
front-headline = Leads bought and sold in the open.
front-lead = Sellers list verified contacts with consent. Buyers say whom they want, what they pay and how many. Galena matches the two in one transaction, explains every decision, and keeps books that anyone may check.
front-buy = Buy leads
front-sell = Sell leads
front-browse = Browse the market
front-sample-label = An example of an explained decision
front-sample-title = Why this lead was not bought
front-sample-badge = Example
front-sample-region = Region
front-sample-region-value = Moscow is one of 2
front-sample-age = Age
front-sample-age-value = 34, from 30
front-sample-contact = Contacts
front-sample-contact-value = phone and e-mail
front-sample-partner = Marital status
front-sample-partner-value = has a partner
front-sample-cap = Daily cap
front-sample-cap-value = 10 of 10 bought today
front-sample-outcome = Not bought now. It stays listed and meets the next buyer.
front-live = The exchange in figures
front-listed = Leads on offer
front-listed-note = right now
front-sold = Leads sold
front-sold-note = refunds taken off
front-earned = Earned by sellers
front-earned-note = after commission
front-traders = Traders
front-traders-note = { $sellers ->
    [one] 1 seller
   *[other] { $sellers } sellers
}, { $buyers ->
    [one] 1 buyer
   *[other] { $buyers } buyers
}
front-two-sides = What you get
front-two-sides-lead = One market, two sides, the same facts for both.
front-buyer-title = For buyers
front-buyer-1 = Post a request once: region, age, interest, contacts needed, price, how many. Matching leads arrive by themselves.
front-buyer-2 = Know the most you can spend before you start: leads wanted times price. Caps and budgets are never exceeded.
front-buyer-3 = Pay on delivery only. No fitting lead, no charge, no subscription.
front-seller-title = For sellers
front-seller-1 = Send leads by API, by CSV as your tools export it, or by a form. What is refused says which field, why, and what would be taken.
front-seller-2 = Set your ask. Each lead goes to whoever pays the most among those it fits, in milliseconds.
front-seller-3 = See each sale, its price and your share to the cent, pending and payable.
front-steps = How a lead is sold
front-steps-lead = Four steps, each on record.
front-step-1 = Received
front-step-1-text = Checked for a real person, a reachable contact, fresh consent and duplicates. Contact data is sealed at once.
front-step-2 = Matched
front-step-2-text = Met with every active request. Each condition that says no is kept with its reason.
front-step-3 = Sold
front-step-3-text = One transaction takes the copy, the caps, the budget and the money, or none of them.
front-step-4 = Settled
front-step-4-text = The buyer has the contact at once. The seller's share becomes payable when the dispute window ends.
front-verticals = Verticals
front-verticals-lead = Each vertical has its own fields, rules and commission.
front-why = Why switch
front-why-lead = What closed lead platforms keep to themselves is open here.
front-why-explained = Refusals explained
front-why-explained-text = Every lead shows why it did or did not sell, gate by gate. Every refused field has a code that never changes meaning.
front-why-money = Exact money
front-why-money-text = Double entry to the cent, corrections only as reversals, and a checker that anyone may run against the books.
front-why-shaving = No shaving
front-why-shaving-text = Sold and paid counts come from the same append-only records that the buyer paid by. Both sides can reconcile them.
front-why-retry = Retries never charge twice
front-why-retry-text = Every API call that changes something carries an idempotency key, stored in the same transaction as its effect.
front-why-privacy = Private by construction
front-why-privacy-text = Contacts are encrypted at rest and masked until bought. Each view of one is on record.
front-why-open = Open source, self-hosted
front-why-open-text = One binary, SQLite or PostgreSQL, no monthly licence. Read the code that moves your money.
market-title = Leads on offer
market-intro = Contacts stay masked until they are bought. Approved buyers pick single leads here or let a purchase request buy for them.
market-filters = Filters
market-vertical = Vertical
market-country = Country
market-region = Region
market-age = Age
market-contact = Contact
market-age-from = { $age } and older
market-with-phone = With phone
market-with-email = With e-mail
market-max-price = Price up to
market-currency = Currency
market-found = { $count ->
    [one] 1 lead
   *[other] { $count } leads
}
market-no-match = No lead fits these filters
market-no-match-text = Take one of the filters away, or post a purchase request: it buys fitting leads when they come in.
market-empty = Nothing is on offer yet
market-empty-text = Leads appear here as soon as sellers send them in.
market-aged = { $age } years
market-shared = up to { $count } buyers
market-exclusive = one buyer only
market-consent = consent on file
market-pages = Pages
market-page-of = Page { $page } of { $pages }
vertical-listed = { $count ->
    [one] 1 on offer
   *[other] { $count } on offer
}
vertical-sold = { $count } sold
vertical-from = from { $price }
vertical-browse = Leads on offer
vertical-fields = What a lead carries
vertical-field = Field
vertical-kind = Type
vertical-values = Values
vertical-rules = Rules
vertical-kind-text = text
vertical-kind-integer = whole number
vertical-kind-boolean = yes or no
vertical-kind-choice = choice
vertical-required = required
vertical-filterable = filter
vertical-personal = sealed
vertical-terms = Rules of this vertical
vertical-commission = Commission
vertical-copies = Sold to
vertical-copies-value = { $count ->
    [one] one buyer
   *[other] up to { $count } buyers
}
vertical-dispute = Dispute window
vertical-duplicates = Duplicates refused for
vertical-consent = Consent at most
vertical-listing = Listed for
vertical-age = Minimum age
vertical-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
terms-intro = What holds between those who trade on this exchange, in plain words.
terms-who = Who runs this
terms-who-text = Galena is software. This exchange is run by whoever hosts it; that operator approves accounts, holds the buyers' deposits, and may add terms of its own.
terms-sell = Selling
terms-sell-text = A seller lists only real people who gave consent to be contacted about what the lead says, and keeps proof of it. A lead without valid consent, a duplicate, or a company without a person is refused.
terms-buy = Buying
terms-buy-text = A buyer uses a contact only for what the person asked about and within the consent. A purchase keeps the version of the contract it was made under.
terms-money = Money
terms-money-text = A lead is paid on delivery from the buyer's wallet. The commission of the vertical is taken from the price; the rest is the seller's, pending during the dispute window and payable after it.
terms-dispute = Disputes
terms-dispute-text = The window, the reasons that count and the deadlines stand in the contract version of each purchase. Corrections are new entries; nothing in the books is changed or removed.
terms-licence = Licence
terms-licence-text = The software comes under the AGPL-3.0-or-later without warranty. Whoever uses this exchange may have its source.
privacy-intro = What is kept of people, why, and who sees it.
privacy-what = What is kept
privacy-what-text = Of a lead: name, phone, e-mail, what the person is interested in, attributes of the vertical, and the consent with its text, time and page. Of users: name, e-mail, a password hash, sessions, and what they did.
privacy-why = Why
privacy-why-text = To introduce people to companies they agreed to hear from, and to be able to prove that agreement and each payment later.
privacy-seal = How it is protected
privacy-seal-text = Contact data of each lead is encrypted under its own key. Outside that, only masked forms and keyed fingerprints exist; logs and queues hold no contact data.
privacy-who = Who sees it
privacy-who-text = Only a buyer that bought the lead sees the contact. The seller and the operator see it masked, unless an operator gives a reason, which is recorded. Each view is in the audit log.
privacy-rights = Your rights
privacy-rights-text = If you are the person behind a lead, ask the operator of this exchange for your data, its correction or its erasure. Records of money stay, without your contact.
privacy-cookies = Cookies
privacy-cookies-text = One cookie for the session of signed-in users and short-lived ones for forms and messages. No tracking, no third parties; every script and style comes from this server.
privacy-yours = Your own data
privacy-yours-text = See what is held of you and who received it, take it with you, withdraw your consent, or have it erased.
privacy-contact = E-mail address or phone number
privacy-contact-help = A phone number with its country code. A code is sent by mail; who asks by phone gets it at the address that came with the number.
privacy-send-code = Send me a code
privacy-code-title = Type the code
privacy-code-intro = If this contact can be reached, a code is on its way by mail. It holds for 30 minutes. Whether anything is held is told only after that.
privacy-code = Code
privacy-code-help = 8 digits
privacy-code-accepted = the 8 digits of the newest code, within 30 minutes and 5 tries
privacy-code-check = Show what is held
privacy-code-again = Ask again
privacy-begin-anew = For your safety that ended; please ask for a new code.
privacy-code-subject = Your code
privacy-code-text = Somebody asked this lead exchange what is held under your address. With this code you see it, and can withdraw or erase it:
privacy-code-link = Type the code here
privacy-code-not-you = It was not you? Then do nothing: without the code nobody is told anything.
privacy-data-title = What is held of you
privacy-data-intro = Everything under { $email }, and who received it.
privacy-data-export = Take it with you (JSON)
privacy-data-nothing = Nothing is held under this address.
privacy-data-suppressed = This address is on the list of those who are left alone: no lead with it is taken.
privacy-data-from = Received from
privacy-data-given-to = Given to
privacy-data-nobody = nobody
privacy-data-refused = A document that was not taken
privacy-revoked-at = Consent withdrawn
privacy-withdraw = Withdraw my consent
privacy-withdraw-text = Withdraw: from now on nobody gets your contact, and everybody who has it must stop using it and say so.
privacy-erase = Erase everything
privacy-erase-text = Erase: your consent is withdrawn, and everything held of you is destroyed. That cannot be undone. Of your address only a fingerprint stays, so that it is not taken again.
privacy-withdrawn = Your consent is withdrawn, and everybody who has your contact was told.
privacy-erased = Everything that was held of you is erased.
privacy-link-title = Withdraw a consent
privacy-link-text = You agreed to this, and may withdraw it at any time:
privacy-link-done = Your consent is withdrawn. Your contact is not sold any more, and everybody who has it was told to stop.
privacy-link-more = See or erase what is held of you
privacy-erased-words = Erased with the lead
privacy-lead-erased = Erased on request of the person
privacy-lead-erased-text = The contact, and what was written about it, cannot be read any more by anybody. Remove it wherever you keep it.
privacy-lead-expired = Erased after the days that this vertical keeps leads
privacy-revoked = The person withdrew its consent
privacy-revoked-text = Stop contacting the person, remove the contact wherever you keep it, and confirm that by { $until }. The contact is masked for you then.
privacy-revoked-confirmed = You confirmed that you stopped using this contact.
privacy-confirm = I stopped and removed it
privacy-letter-link = Link by which the person withdraws, for your letters
privacy-desk-intro = Buyers who were told that a consent was withdrawn and have not confirmed that they stopped.
privacy-desk-none = Everybody has confirmed
privacy-desk-none-text = Withdrawn consents that a buyer has not confirmed would stand here.
privacy-desk-told = Told
privacy-desk-until = To confirm by
privacy-desk-overdue = overdue
privacy-calls = Rules of calling
privacy-calls-intro = What a country asks of whoever calls its people. Buyers see it with each lead that they bought. Shipped as a start; have them checked, and keep them true.
privacy-calls-country = Country
privacy-calls-days = Days after the consent
privacy-calls-days-help = Empty for as long as the consent holds.
privacy-calls-register = Register
privacy-calls-ask = ask first
privacy-calls-register-first = A register of people who are not to be called must be asked first
privacy-calls-note = Register or law
privacy-calls-change = Set a country's rule
privacy-calls-set = The rule is set.
privacy-calls-lead = Before you call
privacy-calls-lead-register = Ask the register first: { $note }
privacy-calls-lead-until = Calls until
privacy-calls-lead-over = The time for calls is over.
nav-withdrawals = Withdrawn consents
reason-contact-in-text = names the person; this is shown before the lead is bought.
reason-code-wrong = is not the right code, or too old.
notices-consent-revoked = Stop using a contact: its consent was withdrawn
notices-consent-revoked-text = A person whose contact you bought withdrew its consent. Stop contacting it, remove the contact wherever you keep it, and confirm that on the purchase's page by { $until }.
notices-consent-revoked-seller = A consent was withdrawn
notices-consent-revoked-seller-text = The person behind one of your leads withdrew its consent. The lead is off the market for good; stop contacting the person as well.
verticals-keeping = Privacy
verticals-keep-unsold = Days that unsold leads are kept after their listing
verticals-keep-sold = Days that sold leads are kept after the last sale
verticals-keep-refused = Days that refused documents and uploaded files are kept
verticals-recipients = Buyers that a consent covers
verticals-recipients-help = Leads are sold only to buyers that the person agreed to.
verticals-recipients-named = those it names
verticals-recipients-listed = those it names, or any where it names nobody
verticals-recipients-any = any
leads-field-consent-typed = What the person typed
requests-gate-consent-recipient = The person agreed to other recipients
docs-intro = Every endpoint with its fields, errors and examples. Works without a network.
docs-document = openapi.json
errors-title = Error codes
errors-intro = Each error carries one of these codes; a code never changes meaning.
errors-codes = What an answer says
errors-reasons = What is wrong with a field
errors-code = Code
errors-meaning = Meaning
errors-field-is = The field …
docs-noscript = Browsing needs a script. The document itself is at /api/v1/openapi.json.

## Reports: dashboards

chart-title = Received and sold, last 14 days
chart-received = received
chart-sold = sold
chart-figures = Figures
chart-day = Day
column-lead = Lead
column-vertical = Vertical
column-state = State
column-price = Price
column-earning = Your share
column-sold-at = Sold
column-bought-at = Bought
needs-you = Needs you
needs-nothing = Nothing waits for you.
last-30-days = last 30 days
last-30-days-count = { $count } in the last 30 days
seller-intro = What you sent in, what became of it, what you earned.
seller-received = Leads received
seller-received-note = { $accepted } accepted, { $refused } refused
seller-listed = On offer
seller-sold = Sold
seller-earned = Earned
seller-earned-note = after commission
seller-pending = Pending
seller-pending-note = dispute window runs
seller-payable = Payable
seller-payable-note = yours for good
seller-empty = No leads in the last 14 days
seller-empty-text = Add one by hand, import a file, or send them through the API.
seller-recent = Latest sales
seller-no-sales = Nothing sold yet. Each sale appears here with its price and your share.
seller-need-imports = { $count ->
    [one] 1 import waits for its columns
   *[other] { $count } imports wait for their columns
}
seller-need-refused = { $count ->
    [one] 1 refused lead to mend
   *[other] { $count } refused leads to mend
}
seller-need-quarantined = { $count ->
    [one] 1 lead is in review
   *[other] { $count } leads are in review
}
seller-need-expiring = { $count ->
    [one] 1 listing expires within 3 days
   *[other] { $count } listings expire within 3 days
}
buyer-intro = Your balance, what your requests brought, what is next.
buyer-new-request = New request
buyer-balance = Balance
buyer-held = { $amount } set aside
buyer-today = Bought today
buyer-lately = Bought in 30 days
buyer-unopened = Not opened
buyer-unopened-note = contacts waiting in the inbox
buyer-active = Active requests
buyer-bid = { $price } a lead
buyer-spent-of = { $spent } of { $budget }
buyer-empty = No active request
buyer-empty-text = A purchase request buys fitting leads for you as they come in, at your price and within your budget.
buyer-recent = Newest leads
buyer-no-leads = Bought leads appear here.
buyer-new = New
buyer-need-funds = Top up your wallet: an active request bids more { $currencies } than you have
buyer-need-open = { $count ->
    [one] 1 contact not opened yet
   *[other] { $count } contacts not opened yet
}
buyer-need-drafts = { $count ->
    [one] 1 draft request to activate
   *[other] { $count } draft requests to activate
}
buyer-need-paused = { $count ->
    [one] 1 request is paused
   *[other] { $count } requests are paused
}
buyer-need-deposits = { $count ->
    [one] 1 deposit waits for approval
   *[other] { $count } deposits wait for approval
}
operator-intro = Volume, fill rate, queues, and what waits for a decision.
operator-sold = Leads sold
operator-volume = Volume
operator-commission = Commission
operator-fill = Fill rate
operator-fill-note = offered leads that sold
operator-requests = Active requests
operator-leads = Leads by state
operator-empty = Nothing happened in the last 14 days
operator-empty-text = Approve sellers and buyers to open the market.
operator-all-queues = All queues
operator-need-approvals = { $count ->
    [one] 1 account waits for approval
   *[other] { $count } accounts wait for approval
}
operator-need-disputes = { $count ->
    [one] { $count } dispute waits for a decision
   *[other] { $count } disputes wait for a decision
}
operator-need-deposits = { $count ->
    [one] 1 deposit waits for approval
   *[other] { $count } deposits wait for approval
}
operator-need-jobs = { $count ->
    [one] 1 job was given up
   *[other] { $count } jobs were given up
}
queues-intro = Work that follows a transaction: deliveries, settlements, matching. A job that fails is tried again with growing pauses.
queues-empty = No jobs yet
queues-empty-text = They appear with the first sale.
queues-kind = Work
queues-work-deliver = Letters with bought leads
queues-work-match = Requests that look through the market
queues-work-wake = Requests that look again later
queues-work-import = Imports of files
queues-oldest = Next due
queues-late = late
queues-dead = Given up
queues-no-dead = No job was given up.
queues-job = Job
queues-made = Queued
queues-tries = Tries
queues-error = Last error
queues-requeue = Try again
queues-requeued = The job will be tried again.
audit-intro = Every state change, decision, setting, sign-in and view of a contact, in the transaction that made it. Append-only and sealed.
audit-entry = Entry
audit-actor-name = Name
audit-account = Account
audit-address = Address
audit-request = Request
audit-from = From
audit-until = Until, included
audit-open = Open the record
audit-history = History
audit-export-note = A file has the newest { $limit } entries that fit the filter. JSONL carries seals and leaves, for others to verify.
audit-at = When
audit-action = Action
audit-actor = Who
audit-subject = What
audit-detail = Detail
audit-no-match = No entry fits
audit-no-match-text = An action is matched from its beginning, who and what exactly.
audit-empty = Nothing on record yet
audit-empty-text = The first sign-up or lead will appear here.
requests-forecast = { $leads ->
    [one] 1 lead
   *[other] { $leads } leads
} at { $bid }: at most { $most }
requests-forecast-bonus = { $leads ->
    [one] 1 lead
   *[other] { $leads } leads
} at { $bid }, with up to { $bonus } of bonuses each: at most { $most }
requests-by-outcome = by outcome
requests-spend-of = { $spent } of { $budget } spent, { $share }
requests-spend-share = Share
requests-spend-mark = Mark
requests-spend-left = Left
requests-title = Purchase requests
requests-intro = Standing orders: what you want, what you pay, and how much of it.
requests-new = New request
requests-none-title = No request yet
requests-none-text = Say which leads you want and what you pay for one. Fitting leads then come to your inbox by themselves.
requests-by-state = Requests by state
requests-tab-all = All
requests-no-match-title = No request in this state
requests-no-match-text = Look at all of them instead.
requests-shown = { $count ->
    [one] 1 request
   *[other] { $count } requests
} shown
requests-name = Name
requests-name-help = For yourself; sellers never see it.
requests-state = State
requests-column-id = Request
requests-column-vertical = Vertical
requests-bid = Bid for a lead
requests-progress = Progress
requests-actions = Actions
requests-bought = Bought
requests-spent = Spent
requests-pause = Pause
requests-pause-named = Pause { $name }
requests-resume = Resume
requests-resume-named = Resume { $name }
requests-activate = Activate
requests-edit = Edit
requests-edit-title = Edit { $name }
requests-close = Close
requests-close-title = Close this request?
requests-close-text = It stops buying for good. What it has bought stays yours. To stop for a while, pause it instead.
requests-activated = The request is active.
requests-paused = The request is paused.
requests-resumed = The request goes on.
requests-closed = The request is closed.
requests-saved = The request is saved.
requests-not-editable = Pause the request before you edit it.
requests-over = This request is over. Start a new one instead.
requests-pick-vertical = Which kind of lead do you want?
requests-pick = Choose { $vertical }
requests-conditions = Conditions
requests-all-of = The lead must meet all of these
requests-any-of = And at least one of these
requests-no-conditions = No condition yet: every lead of this vertical fits.
requests-empty-group = No alternative yet: the group is left out until it has one.
requests-operator = How to compare
requests-values = Values
requests-value-number = Value
requests-value-high = Up to, for a range
requests-value-list = Values, set apart by commas
requests-strength = How firm
requests-must = must
requests-wish = wish
requests-bonus = Bonus
requests-remove = Remove
requests-remove-named = Remove the condition on { $field }
requests-add-field = Field
requests-add = Add condition
requests-add-alternative = Add alternative
requests-add-group = Add a group of alternatives
requests-remove-group = Remove the group
requests-raw-filter = These conditions were written through the API and are nested deeper than this form shows. They are kept as they are.
requests-op-gte = at least
requests-op-lte = at most
requests-op-between = from … to …
requests-op-in = is one of
requests-op-not-in = is none of
requests-op-eq = is
requests-op-exists = is known
requests-op-absent = is not known
requests-contacts = Contacts and consent
requests-need-phone = A phone number is needed
requests-need-email = An e-mail address is needed
requests-min-quality = Least quality, 0 to 100
requests-min-quality-help = What the checks of a lead left of 100 points. Left empty, any.
requests-max-consent-age = Oldest consent, days
requests-max-consent-age-help = Left empty, { $days } days, the limit of this vertical.
requests-price = Price and quantity
requests-contract = Contract
requests-contract-standard = Pay per lead, at the bid below
requests-contract-help = Under a contract of yours, its terms say what is paid; leave the bid empty unless it is pay per lead at your bid.
requests-bid-help = What you pay for one lead; the highest bid gets it.
requests-currency = Currency
requests-quantity = Leads wanted
requests-budget = Budget
requests-budget-help = Never more is spent. Left empty, bid and bonuses times the leads wanted.
requests-caps = Caps
requests-cap = Cap
requests-caps-none = no cap
requests-hours-any = around the clock
requests-caps-help = How much may be bought per hour, day, week and month, on the clock of your time zone. Empty means no cap.
requests-cap-hour = per hour
requests-cap-day = per day
requests-cap-week = per week
requests-cap-month = per month
requests-cap-count = Leads { $window }
requests-cap-amount = Amount { $window }
requests-leads = { $count ->
    [one] 1 lead
   *[other] { $count } leads
}
requests-schedule = Days and hours
requests-days = Days
requests-day-mon = Mon
requests-day-tue = Tue
requests-day-wed = Wed
requests-day-thu = Thu
requests-day-fri = Fri
requests-day-sat = Sat
requests-day-sun = Sun
requests-from = From
requests-to = To
requests-to-help = 24:00 is the end of the day; before "from", it is on the next day.
requests-time-zone = Time zone
requests-hours-always = at any time ({ $zone })
requests-hours = { $days }, { $from } to { $to } ({ $zone })
requests-delivery = Delivery
requests-deliver-email = Send leads to
requests-deliver-email-help = Beside your inbox here, which has them always.
requests-auto-buy = Buy fitting leads by itself
requests-auto-buy-help = Otherwise the request only shows what fits.
requests-save = Save
requests-save-activate = Save and activate
requests-now = Right now
requests-check = Count now
requests-check-help = How many leads fit is counted as you type, or with the button.
requests-fits = { $leads ->
    [one] 1 lead fits now
   *[other] { $leads } leads fit now
}
requests-looked-at = of { $leads } on offer
requests-not-countable = To count the leads that fit:
requests-filter-everything = Every lead of the vertical
requests-filter-all = all of:
requests-filter-any = at least one of:
requests-filter-not = not:
requests-with-bonus = { $condition }, bonus { $bonus }
requests-bought-leads = Bought
requests-bought-none = Nothing yet.
requests-bought-all = All of them in the inbox
requests-purchase = Purchase
requests-interest = Interest
requests-when = When
requests-paid = Paid
requests-near-misses = Near misses
requests-missed = { $missed } of { $all } leads on offer since { $days } days did not fit.
requests-missed-only = { $leads ->
    [one] 1 lead
   *[other] { $leads } leads
} missed only by
requests-lead = Lead
requests-reasons = Why not
requests-terms = Terms
requests-created = Created
requests-readiness = Ready to buy?
requests-ready-yes = yes:
requests-ready-no = not yet:
requests-ready-active = Active
requests-ready-funds = Funds for a lead
requests-ready-funds-hint = { $funds } in the wallet
requests-ready-delivery = Delivery
requests-ready-inbox = inbox only
requests-ready-email = inbox and { $email }
requests-ready-schedule = Within days and hours
requests-ready-caps = Within caps
requests-ready-caps-open = no cap is reached
requests-ready-auto = Buys by itself
requests-ready-auto-on = fitting leads are bought as they come
requests-ready-auto-off = fitting leads are only shown

## Matching

matching-title = Why not sold
matching-summary = { $requests ->
    [one] 1 active request looks for such leads
   *[other] { $requests } active requests look for such leads
}; { $fitting } of them would take this one if the buyer can pay and nobody offers more.
matching-none-title = Nobody asks for such leads now
matching-none-text = No request of this vertical is active. The lead stays on offer until it expires.
matching-request = Request
matching-number = Request { $number }
matching-fits = Nothing: it fits. Others may have offered more, or the buyer's wallet does not cover it.

# Notices by mail
notices-open = Open it
notices-why = You get this letter as a user of your organisation on this exchange.
notices-contract-offered = New terms for you: { $name }
notices-contract-offered-text = A buyer offers you new terms in the contract “{ $name }”. Read them and accept or decline; until then nothing changes.
notices-contract-accepted = Accepted: { $name }
notices-contract-accepted-text = The seller has accepted your terms in the contract “{ $name }”. They are in force now.
notices-contract-declined = Declined: { $name }
notices-contract-declined-text = The seller has declined your terms in the contract “{ $name }”.
notices-contract-closed = Closed: { $name }
notices-contract-closed-text = The buyer has closed the contract “{ $name }”. What was bought under it goes on by its terms.
notices-contract-suspended = Suspended: { $name }
notices-contract-suspended-text = Under the contract “{ $name }” more was due than the buyer's wallet could pay. Nothing is bought under it until the rest is paid.
notices-contract-resumed = In force again: { $name }
notices-contract-resumed-text = What was owed under the contract “{ $name }” is paid. It is in force again.
notices-appointment-scheduled = An appointment is set
notices-appointment-scheduled-text = An appointment with a lead is set for { $time }.
notices-appointment-moved = An appointment is moved
notices-appointment-moved-text = An appointment with a lead is moved to { $time }.
notices-appointment-cancelled = An appointment is called off
notices-appointment-cancelled-text = The appointment with a lead at { $time } is called off.
notices-outcome-proposed = Please confirm: { $outcome }
notices-outcome-proposed-text = The other side reports for { $time }: { $outcome }. Confirm or contest it. If nobody answers by { $until }, it counts as confirmed.
notices-outcome-confirmed = Confirmed: { $outcome }
notices-outcome-confirmed-text = This outcome is confirmed: { $outcome }. What the contract says is due has been booked.
notices-outcome-contested = Contested: { $outcome }
notices-outcome-contested-text = The other side contests this outcome: { $outcome }. The exchange decides; nothing is charged until then.
notices-outcome-dismissed = Dismissed: { $outcome }
notices-outcome-dismissed-text = The exchange has dismissed this report: { $outcome }. Nothing is charged for it.
notices-budget-reached = { $percent } % of the budget is used: { $name }
notices-budget-reached-text = The purchase request “{ $name }” has used { $spent } of its budget of { $budget }, { $percent } % or more.
notices-dispute-opened = A charge of { $price } is disputed
notices-dispute-opened-text = The buyer disputes a charge of { $price }. Your share of it is set aside. Accept, or contest with what speaks against the claim, by { $until }; silence accepts.
notices-dispute-contested = The seller contests your dispute
notices-dispute-contested-text = The seller contests your dispute of { $price }. The exchange decides by { $until }; if it is silent, you are refunded.
notices-dispute-decided = Decided: { $refund } of { $price } go back
notices-dispute-decided-text = The dispute of { $price } is decided: { $refund } go back to the buyer. Read why on its page. Either side may appeal until { $until }, once; then the money moves.
notices-dispute-appealed = A decision is appealed
notices-dispute-appealed-text = The decision in the dispute of { $price } is appealed. Another auditor decides by { $until }.
notices-dispute-message = News in a dispute
notices-dispute-message-text = Somebody wrote or added evidence in the dispute of { $price }.
notices-dispute-closed = Closed: { $refund } of { $price } went back
notices-dispute-closed-text = The dispute of { $price } is closed. { $refund } went back to the buyer; what was not refunded is final.
notices-lead-stopped = Stop using a refunded lead
notices-lead-stopped-text = A lead was refunded to you ({ $refund }). Its contact is not yours any more: stop contacting the person, and delete the contact wherever you keep it.
notices-payout-paid = { $amount } has been paid out
notices-payout-paid-text = Your payout of { $amount } has been paid to your account.
notices-payout-failed = Your payout of { $amount } was not paid
notices-payout-failed-text = Your payout of { $amount } was not paid: { $reason }. The money can be paid out again.
notices-bank-details-changing = The bank details for your payouts were set
notices-bank-details-changing-text = Somebody who signed in as the owner and knew the password set the account { $account } for your payouts. It is used from { $time } on. If it was not you, call the change off and change your password.
notices-bank-details-kept = The change of your bank details was called off
notices-bank-details-kept-text = The account { $account } is not used for your payouts; they go to the account before it.

# Contracts, in sentences
contracts-say-fee-week = The buyer pays a base fee of { $amount } to the exchange at the start of each week.
contracts-say-fee-week-seller = The buyer pays a base fee of { $amount } to the seller at the start of each week.
contracts-say-fee-month = The buyer pays a base fee of { $amount } to the exchange at the start of each month.
contracts-say-fee-month-seller = The buyer pays a base fee of { $amount } to the seller at the start of each month.
contracts-say-lead = The buyer pays { $price } for each qualified lead, on delivery.
contracts-say-bid = The buyer pays the bid of its purchase request for each qualified lead, on delivery.
contracts-say-appointment = The buyer pays { $price } for each appointment that is confirmed as held. The amount is set aside when the lead is delivered and returns to the wallet when no appointment is held.
contracts-say-share = The buyer pays { $share } of each sale that is confirmed.
contracts-say-floor-and-cap = A sale costs at least { $floor } and at most { $cap }.
contracts-say-floor = A sale costs at least { $floor }.
contracts-say-cap = A sale costs at most { $cap }.
contracts-say-deposit = { $deposit } is set aside for each lead as a deposit on a sale; what is due beyond it comes out of the wallet.
contracts-say-no-result = No result, no charge.
contracts-say-no-result-but-fee = No result, no charge, the base fee aside.
contracts-say-any-lead = Every lead of the vertical qualifies.
contracts-say-criteria = A lead qualifies when: { $criteria }. A lead that fails is not payable and not bought.
contracts-say-seniority = the contact is at least: { $least }
contracts-say-mql = the lead is marketing qualified (MQL) by the scoring model of its vertical
contracts-say-sql = the lead is sales qualified (SQL) by the scoring model of its vertical
contracts-say-window = { $days ->
    [one] A charge may be disputed for one day; then it is final.
   *[other] A charge may be disputed for { $days } days; then it is final.
}
contracts-say-disputes = The seller answers a dispute within { $answer } days, or has accepted it; the exchange decides a contested one within { $decide } days, or the buyer is refunded; either side may appeal once within { $appeal } days, to another auditor.
contracts-say-return-cap = Up to { $cap } of the purchases of { $days } days may be disputed, at least one.
contracts-say-meritless-fee = A dispute that is denied costs the buyer { $fee } of the disputed price, as far as the wallet has it.
contracts-say-either-reports = { $days ->
    [one] Either side may report an outcome. The other confirms or contests it; after one day of silence it is confirmed.
   *[other] Either side may report an outcome. The other confirms or contests it; after { $days } days of silence it is confirmed.
}
contracts-say-buyer-reports = { $days ->
    [one] The buyer reports outcomes. The seller confirms or contests them; after one day of silence they are confirmed.
   *[other] The buyer reports outcomes. The seller confirms or contests them; after { $days } days of silence they are confirmed.
}
contracts-say-seller-reports = { $days ->
    [one] The seller reports outcomes. The buyer confirms or contests them; after one day of silence they are confirmed.
   *[other] The seller reports outcomes. The buyer confirms or contests them; after { $days } days of silence they are confirmed.
}
contracts-say-held = An appointment counts as held when it lasts { $minutes } minutes or more.
contracts-say-lapse = { $days ->
    [one] A lead without an outcome one day after the purchase lapses, and what was set aside for it returns.
   *[other] A lead without an outcome { $days } days after the purchase lapses, and what was set aside for it returns.
}
contracts-example-intro = An example over one period: { $leads } leads, 4 appointments held, 1 missed, 1 sale.
contracts-example-fee = Base fee
contracts-example-leads = { $count } leads at { $price }
contracts-example-held = { $count } appointments held at { $price }
contracts-example-no-show = { $count ->
    [one] One missed appointment
   *[other] { $count } missed appointments
}
contracts-example-sale = One sale of { $amount }, { $share } of it

# Conversions
conversions-held = appointment held
conversions-no-show = no-show
conversions-sold = sale of { $amount }
conversions-appointment = appointment
conversions-sale = sale
nav-sales = Sold leads
nav-outcomes = Contested outcomes
conversions-title = Outcomes
conversions-charge = For
conversions-set-aside = Set aside
conversions-charged = Charged
conversions-final = Final
conversions-lapses = Without an outcome the lead lapses
conversions-minutes = { $minutes } minutes
conversions-moves = { $moves ->
    [one] moved once
   *[other] moved { $moves } times
}
conversions-contested-because = Contested because:
conversions-decided-because = Decided because:
conversions-minutes-label = Minutes it lasted
conversions-minutes-help = { $minutes } or more count as held.
conversions-report-held = It was held
conversions-report-no-show = Nobody came
conversions-change = Move it or call it off
conversions-new-time = New time
conversions-utc = In UTC.
conversions-move = Move
conversions-cancel = Call off
conversions-silence = Without an answer it counts as confirmed
conversions-confirm = Confirm
conversions-contest = Contest
conversions-because = Why you contest it
conversions-set-appointment = Set an appointment
conversions-time = Time
conversions-channel = How
conversions-with-whom = With whom
conversions-set = Set the appointment
conversions-report-sale = Report a sale
conversions-amount = Amount of the sale
conversions-sold-at = Sold at
conversions-reference = Your number of the sale
conversions-report = Report the sale
conversions-by-phone = By phone
conversions-by-video = By video
conversions-in-person = In person
conversions-charge-appointment = Appointment
conversions-charge-sale = Share of the sale
conversions-charge-base-fee = Base fee
conversions-charge-claim = Rest that was owed
conversions-stage-new = New
conversions-stage-contacted = Contacted
conversions-stage-appointment = Appointment
conversions-stage-won = Won
conversions-stage-lost = Lost
conversions-stage-refused = Refused
conversions-work = Your work on it
conversions-stage = Stage
conversions-responsible = Responsible
conversions-nobody = Nobody
conversions-reason = Reason
conversions-reason-help = Needed when you refuse the lead.
conversions-resume = Take it up again on
conversions-resume-help = A refused lead is kept and may be worked again.
conversions-save = Save
conversions-note = Note
conversions-add-note = Add the note
conversions-noted = Noted.
conversions-decided = Decided. Both sides are told.
conversions-expected-yield = Expected yield
conversions-chance-held = Chance of an appointment
conversions-chance-sale = Chance of a sale
conversions-chance = { $chance } ({ $hits } of { $tries } so far)
conversions-sales-intro = Every copy that was sold, and what became of it.
conversions-sales-empty = Nothing sold yet
conversions-sales-empty-text = Sold leads appear here with their outcomes as soon as a buyer has got one.
conversions-sales-shown = { $count ->
    [one] One sold lead
   *[other] { $count } sold leads
}
conversions-lead = Lead
conversions-model = Model
conversions-share-of-lead = Your share of the price
conversions-sale-title = Sold lead
conversions-terms = The terms
conversions-contract = Contract
conversions-open-market = Open market
conversions-link-title = Confirm an outcome
conversions-reported = Reported
conversions-link-spent = This report is answered already, or the link is too old. Nothing more is to do.
conversions-desk-intro = Reports that the other side contests. Decide with a reason that both read.
conversions-desk-empty = Nothing is contested
conversions-desk-empty-text = Reports that one side contests appear here.
conversions-reported-by = Reported by
conversions-open-lead = Open the lead
conversions-decision-reason = Reason
conversions-uphold = Uphold the report
conversions-dismiss = Dismiss it

contracts-title = Contracts
contracts-intro = What you pay, for which leads, and how an outcome becomes certain. A request can buy under a contract.
contracts-new = New contract
contracts-none-title = No contract yet
contracts-none-text = Without one you pay your bid per lead. Make a contract to pay per appointment, per sale, or to say which leads qualify.
contracts-name = Name
contracts-name-help = Both sides see it.
contracts-state = State
contracts-with = With
contracts-with-seller = with { $seller }
contracts-with-buyer = with { $buyer }
contracts-open-market = Open market
contracts-buyer = Buyer
contracts-model = Model
contracts-model-ppl = Pay per lead
contracts-model-ppa = Pay per appointment
contracts-model-pps = Pay per sale
contracts-model-hybrid = Hybrid
contracts-model-ppl-text = A fixed price for each lead that qualifies, on delivery.
contracts-model-ppa-text = A fixed price for each appointment that is held; no appointment, no charge.
contracts-model-pps-text = A share of each sale, once it is confirmed; no sale, no charge.
contracts-model-hybrid-text = A small base fee per period and a larger bonus per lead, appointment or sale.
contracts-model-help = What another model is paid by is left out when you save.
contracts-created = Made
contracts-shown = { $count ->
    [one] 1 contract
   *[other] { $count } contracts
}
contracts-pick-vertical = For which kind of lead?
contracts-pick-model = { $vertical }: how do you want to pay? Every amount can be changed in the next step.
contracts-pick = Choose: { $model }
contracts-parties = Between whom
contracts-seller = Seller's account number
contracts-seller-help = acc_.., from the seller's account page. Left empty, the contract is with the open market.
contracts-paid = What is paid
contracts-currency = Currency
contracts-base-fee = Base fee
contracts-base-fee-help = Due at the start of each period.
contracts-period = Period
contracts-period-week = week
contracts-period-month = month
contracts-period-from = period from { $date }
contracts-price-lead = Price per lead
contracts-price-lead-help = Paid on delivery. Under pay per lead it may be left empty: then each request bids.
contracts-price-appointment = Price per appointment
contracts-price-appointment-help = Paid when the appointment is confirmed as held.
contracts-share = Share of a sale, per cent
contracts-share-help = 5 or 5.5
contracts-expected-sale = Sale you expect
contracts-expected-sale-help = Weighs in the ranking until there are sales.
contracts-deposit = Deposit per lead
contracts-deposit-help = Set aside for each lead until its outcome is known.
contracts-floor = A sale costs at least
contracts-cap = A sale costs at most
contracts-cap-help = Left empty, the cost of a sale has no upper bound.
contracts-criteria = Which leads qualify
contracts-criteria-help = A lead that fails one of these is not payable and not bought.
contracts-least = At least
contracts-min-stage = Stage
contracts-stage-mql = marketing qualified (MQL)
contracts-stage-sql = sales qualified (SQL)
contracts-min-seniority = Seniority
contracts-certain = How an outcome becomes certain
contracts-dispute-window = Dispute window, days
contracts-dispute-window-help = 1 to 90
contracts-answer-days = Days for the seller to answer a dispute
contracts-decide-days = Days for the exchange to decide it
contracts-appeal-days = Days to appeal
contracts-cap-days = Days that this share counts
contracts-return-cap = Share of purchases that may be disputed, per cent
contracts-meritless-fee = Fee for a dispute without merit, per cent of the price
contracts-private-help = The vertical has { $value }. Another value takes a private contract, which its seller accepts.
contracts-reporter = Who may report an outcome
contracts-reporter-either = either side
contracts-reporter-buyer = the buyer
contracts-reporter-seller = the seller
contracts-silence-days = Silence confirms after, days
contracts-silence-days-help = 1 to 30
contracts-held-minutes = A held appointment lasts at least, minutes
contracts-held-minutes-help = 0 for any, up to 480
contracts-lapse-days = A lead without an outcome lapses after, days
contracts-lapse-days-help = 1 to 365
contracts-save = Make the contract
contracts-save-version = Save as a new version
contracts-revise = Revise terms
contracts-revise-title = Revise { $name }
contracts-revise-intro = Terms never change: this adds a version. What was bought keeps the version it was bought under.
contracts-made = The contract is in force.
contracts-offered-to-seller = The terms are offered to the seller.
contracts-revised = The new version is in force.
contracts-over = The terms of this contract can no longer be revised.
contracts-terms = Terms, version { $number }
contracts-in-force = in force
contracts-on-offer = on offer
contracts-example = A worked example
contracts-example-what = What
contracts-example-total = Together
contracts-amount = Amount
contracts-versions = Versions
contracts-version = Version { $number }
contracts-charged = Charged under this contract
contracts-charged-none = No appointment, sale or base fee yet.
contracts-charge-appointment = Appointment
contracts-charge-sale = Sale
contracts-charge-base-fee = Base fee
contracts-charge-claim = Rest of a charge
contracts-held = Held
contracts-outlook = Outlook
contracts-so-far = So far
contracts-leads-bought = Leads bought
contracts-paid-leads = Paid for leads
contracts-paid-outcomes = Charged for outcomes and base fees
contracts-owed = Owed
contracts-top-up = Top up the wallet
contracts-next-fee = Next base fee
contracts-close = Close
contracts-close-title = Close this contract?
contracts-close-text = Nothing more is bought under it. What was bought goes on by its terms.
contracts-closed = The contract is closed.
contracts-start-request = Start a purchase request
contracts-suspended-notice = Suspended: the wallet did not cover a charge. Nothing is bought under this contract until what is owed is paid.
contracts-offered-notice = The seller has yet to accept the newest version.
contracts-offers-intro = Terms that buyers have agreed with you, or offer to you alone. Your leads are sold under them without an ask.
contracts-offers-none-title = No contract yet
contracts-offers-none-text = Buyers offer you contracts by your account number. Your leads are sold on the open market meanwhile.
contracts-offers-none-step = Find your account number
contracts-answer-notice = The buyer offers you the terms below. Until you accept, they are not in force.
contracts-accept = Accept version { $number }
contracts-decline = Decline
contracts-accepted = The terms are in force.
contracts-declined = The terms are declined.
contracts-odds-title = Buyers' odds
contracts-odds-intro = The chance that a lead comes to an appointment or a sale, by buyer and model. It starts at the prior ({ $held } held, { $sale } sold, counted as { $weight } leads) and moves with every outcome.
contracts-odds-none-title = No outcome yet
contracts-odds-none-text = Every buyer counts by the prior until its first appointment or sale.
contracts-odds-held = Appointments held
contracts-odds-sale = Sales
contracts-odds-chance = { $hits } of { $tries }: { $chance }
contracts-forecast = { $leads ->
    [one] 1 lead: { $expected } expected, at most { $most }
   *[other] { $leads } leads: { $expected } expected, at most { $most }
}
contracts-forecast-unbounded = { $leads ->
    [one] 1 lead: { $expected } expected; there is no upper bound, since a share of a sale has no cap
   *[other] { $leads } leads: { $expected } expected; there is no upper bound, since a share of a sale has no cap
}
contracts-forecast-week = { $spend }. A base fee of { $amount } a week comes on top
contracts-forecast-month = { $spend }. A base fee of { $amount } a month comes on top
icps-title = Customer profiles
icps-intro = Whom you sell to. Requests and contracts can start from a profile.
icps-new = New profile
icps-edit = Edit
icps-edit-title = Edit { $name }
icps-none-title = No profile yet
icps-none-text = Describe your ideal customer once: industry, size, place, who decides, and the problem you solve. Then start requests from it.
icps-pick-vertical = Which kind of lead is it about?
icps-name = Name
icps-changed = Changed
icps-shown = { $count ->
    [one] 1 profile
   *[other] { $count } profiles
}
icps-company = The company
icps-industries = Industries
icps-other-industries = Other industries
icps-other-help = Set apart by commas; what the fields of the leads do not know is kept as a note.
icps-note-help = The leads of this vertical do not tell it; it is kept as a note.
icps-employees = Employees
icps-employees-from = Employees, from
icps-employees-to = Employees, to
icps-countries = Countries
icps-regions = Regions
icps-places-help = Names or codes, set apart by commas.
icps-person = The person and the problem
icps-seniority = Least seniority
icps-problems = Problems you solve
icps-other-problems = Other problems
icps-notes = Notes
icps-save = Save the profile
icps-saved = The profile is saved.
icps-filter = As a filter
icps-filter-none = Nothing of this profile is known to the fields of the leads: every lead of the vertical fits.
icps-kept = The leads of this vertical do not tell these; they are kept as notes.
icps-start-request = Start a purchase request
icps-start-contract = Start a contract's criteria

# Earnings
ledger-earned-for = For
ledger-earned-contract = Contract
ledger-earned-refunded = Refunded
ledger-earned-final = Final on
ledger-earned-lead = Lead
ledger-earned-appointment = Appointment
ledger-earned-sale = Share of a sale
ledger-earned-base-fee = Base fee
ledger-earned-claim = Rest that was owed

## Disputes

nav-disputes = Disputes
disputes-dispute = Dispute
disputes-open = Open a dispute
disputes-opened = The dispute is opened
disputes-noted = Noted
disputes-states = States of disputes
disputes-tab-all = All
disputes-tab-open = Waiting for the seller
disputes-tab-deciding = To be decided
disputes-tab-decided = Decided
disputes-tab-ended = Accepted or withdrawn
disputes-intro-buyer = Charges that you dispute. Open one from the purchase, within its window.
disputes-intro-seller = Charges that buyers dispute. Your share is set aside until each is closed; silence accepts.
disputes-intro-operator = What waits for a decision comes first by its deadline. If the exchange is silent, the buyer is refunded.
disputes-rules-link = How disputes are decided
disputes-bulk = Many at once
disputes-empty = No disputes here
disputes-empty-buyer = If a lead is not what you paid for, open its page in the inbox and dispute the charge.
disputes-empty-text = Disputes appear here as soon as a buyer opens one.
disputes-shown = { $count ->
    [one] { $count } dispute
   *[other] { $count } disputes
}
disputes-reason = Reason
disputes-charge = Disputed charge
disputes-price = Charged
disputes-refund = Goes back
disputes-fee = Fee for a dispute without merit
disputes-opened-at = Opened
disputes-due = Deadline
disputes-closed = Closed
disputes-is-late = by the exchange, whatever the window
disputes-lead = Lead
disputes-purchase = Purchase
disputes-rules = Rules of this contract
disputes-decisions = Decisions
disputes-timeline = Both sides' words
disputes-to-purchase = Open the purchase
disputes-to-sale = Open the sale
disputes-next-open = The seller answers by the deadline; silence accepts the claim.
disputes-next-contested = An auditor of the exchange decides by the deadline; silence refunds the buyer.
disputes-next-appealed = Another auditor decides once more; that decision is final.
disputes-next-withdrawn = The buyer took the claim back; the charge stands.
disputes-next-accepted = The claim was accepted, and the charge refunded.
disputes-next-decided = Decided. The money moves at the deadline, unless a side appeals before.
disputes-next-closed = Decided and closed; the money has moved.
disputes-answer = Your answer
disputes-answer-text = Accept the claim, or say what speaks against it. Then the exchange decides.
disputes-accept = Accept the claim
disputes-accept-title = Accept this claim?
disputes-accept-text = The buyer gets the whole charge back at once, and your share of it is gone.
disputes-contest = Contest
disputes-contest-why = What speaks against the claim
disputes-withdraw = Withdraw
disputes-withdraw-title = Take this dispute back?
disputes-withdraw-text = The charge stands and becomes final. It cannot be disputed again.
disputes-appeal = Appeal
disputes-appeal-text = Another auditor looks at the whole case once more. That decision is final.
disputes-appeal-why = What the decision overlooked
disputes-write = Message to the others
disputes-send = Send
disputes-add-calls = Add call attempts
disputes-calls = Call attempts
disputes-calls-help = One a line: 2026-11-24T09:30:00Z no_answer. Results: no_answer, busy, voicemail, not_in_service, wrong_person, other_language, reached.
disputes-file = File
disputes-file-help = PDF, PNG, JPEG, MP3, WAV, OGG, TXT or EML, up to 5 MB.
disputes-what-is-wrong = What is wrong
disputes-findings = What was checked at once
disputes-finding = Check
disputes-seen = Seen
disputes-for-claim = The claim
disputes-verdict-proves = proven
disputes-verdict-disproves = disproven
disputes-verdict-says-nothing = left open
disputes-finding-duplicate = Bought before by this buyer
disputes-finding-duplicate-found = The same contact was bought before: { $purchase }
disputes-finding-duplicate-none = None of { $compared } earlier purchases has this contact
disputes-finding-criteria = Criteria of the contract
disputes-finding-criteria-met = The lead meets every one that can be checked
disputes-finding-criteria-failed = Not met: { $fields }
disputes-finding-bounce = Returned letter
disputes-finding-bounce-status = A mail server answered { $status } for this address
disputes-finding-bounce-none = No returned letter names this address
disputes-finding-phone = Phone number
disputes-finding-phone-impossible = Not a possible number in its country
disputes-finding-phone-possible = A possible number in its country
disputes-finding-phone-none = The lead has no phone number
disputes-finding-customers = The buyer's list of its customers
disputes-finding-suppression = The exchange's list of people to be left alone
disputes-finding-listed-since = On the list since { $since }
disputes-finding-listed-not = The contact is not on it
disputes-finding-age = Age
disputes-finding-age-text = Compared with 18 years
disputes-decide = Decide
disputes-decide-text = Both sides read your reason. Either may appeal once; then another auditor decides.
disputes-decide-refund = What goes back to the buyer
disputes-decide-full = All of it
disputes-decide-part = A part
disputes-decide-none = Nothing
disputes-decide-amount = The part
disputes-decide-amount-help = Only for a part: less than was charged.
disputes-decide-unit = In
disputes-decide-percent = per cent of the charge
disputes-decide-because = Why
disputes-own-decision = You decided this before; another auditor decides the appeal.
disputes-checks = Verification of the lead
disputes-match = How it was sold
disputes-place = Place among candidates
disputes-late-pattern = This buyer opens its disputes on the last day of the window: { $late } of { $all }.
disputes-records = Both sides in the last { $days } days
disputes-record-purchases = Purchases
disputes-record-refunded = Something back
disputes-record-denied = Nothing back
disputes-record-overturned = Own appeals that changed it
disputes-similar = Past decisions of the same kind
disputes-nothing-charged = Nothing to dispute
disputes-nothing-charged-text = Nothing was charged for this purchase yet.
disputes-open-late = Opened by the exchange, neither window nor cap of returns stand against it. The seller answers as always.
disputes-existing = Disputes of this purchase
disputes-bulk-intro = A CSV file with up to { $most } lines, one for each purchase. Every line is opened or refused for itself.
disputes-bulk-file = CSV file
disputes-bulk-help = First line: { $columns }. Charge, text and calls may be left out; several calls in one cell are set apart by semicolons.
disputes-bulk-send = Open them
disputes-bulk-opened = Opened
disputes-bulk-refused = Refused
disputes-bulk-line = Line
disputes-bulk-result = Dispute, or what to mend
disputes-needed = Evidence needed
disputes-needs-text = what is wrong, in words
disputes-needs-calls = { $count ->
    [one] { $count } call attempt
   *[other] { $count } call attempts
}
disputes-needs-file = a file
disputes-needs-nothing = nothing: the exchange checks it itself
disputes-reason-wrong-number = Wrong number
disputes-reason-disconnected = Number out of service
disputes-reason-email-bounced = E-mail returned
disputes-reason-fictitious = Fictitious person
disputes-reason-duplicate = Bought before
disputes-reason-outside-criteria = Outside the contract's criteria
disputes-reason-wrong-vertical = Another product or service
disputes-reason-never-requested = Never asked to be contacted
disputes-reason-minor = Under age
disputes-reason-competitor-or-test = A competitor or a test
disputes-reason-language = No common language
disputes-reason-existing-customer = Already a customer
disputes-reason-do-not-contact = On a do-not-contact list
disputes-never-no-answer = Nobody answered the phone
disputes-never-not-interested = Not interested any more
disputes-never-bought-elsewhere = Bought elsewhere
disputes-never-too-expensive = Found it too expensive
disputes-never-contacted-too-late = You contacted the person too late
disputes-call-no-answer = nobody answered
disputes-call-busy = busy
disputes-call-voicemail = voicemail
disputes-call-not-in-service = number not in service
disputes-call-wrong-person = another person
disputes-call-other-language = no common language
disputes-call-reached = reached
disputes-charge-lead = Price of the lead
disputes-charge-appointment = Appointment
disputes-charge-sale = Share of a sale
disputes-charge-claim = Rest that was owed
disputes-side-exchange = Exchange
disputes-entry-claim = claim
disputes-entry-answer = answer
disputes-entry-message = message
disputes-entry-appeal = appeal
disputes-entry-decision = decision
disputes-entry-call = Call attempt
disputes-entry-file = File
disputes-how-party = by the seller
disputes-how-silence = by silence
disputes-how-rule = by a published rule
disputes-how-operator = by an auditor
disputes-rules-title = How disputes are decided
disputes-rules-intro = The same rules for both sides, fixed in the contract version that a lead was bought under.
disputes-rules-step-1 = The buyer disputes a charge within its window, for a reason that counts, with the evidence that it needs. The seller's share is set aside.
disputes-rules-step-2 = What a machine can check is checked at once and shown to both. A proven duplicate, a failed criterion, a returned letter or a minor is decided at once; so is a duplicate that there is not.
disputes-rules-step-3 = The seller accepts, or contests with evidence. Silence accepts.
disputes-rules-step-4 = An auditor decides: all, a part or nothing goes back, with a reason that both read. If the exchange is silent, the buyer is refunded.
disputes-rules-step-5 = Either side may appeal once; another auditor decides. Then the money moves, the commission in proportion.
disputes-rules-never = These are never a reason:
disputes-figures = What came of it in the last { $days } days
disputes-figure-opened = Opened
disputes-figure-upheld = Upheld, of closed
disputes-figure-overturned = Changed, of appealed
disputes-figure-days = Days, median
purchases-dispute = Dispute this charge
state-open = Open
state-accepted = Accepted
state-upheld = Upheld
state-partly-upheld = Partly upheld
state-denied = Denied
state-appealed = Appealed

## Standing

nav-standing = Standing
standing-intro = Counted over the last { $days } days, from 0 to 100.
standing-formula-link = How it is worked out
standing-formula-title = How standing is worked out
standing-formula-intro = From 0 to 100, counted over the last { $days } days. While there are few cases, each rate is drawn towards its prior, which counts as 20 cases: (hits + prior × 20) / (cases + 20). The points of all parts add up.
standing-of-sellers = Sellers
standing-of-buyers = Buyers
standing-parts = What it is made of
standing-part = Part
standing-cases = Cases
standing-rate = Rate with prior
standing-points = Points
standing-weight = Points at most
standing-how = How
standing-prior = Prior
standing-next = What would improve it
standing-to-win = { $points ->
    [one] { $points } point to win
   *[other] { $points } points to win
}
standing-effects = What it does
standing-from = From
standing-rank = Rank of requests and leads
standing-reserve = Kept back of shares
standing-reserve-days = Days kept
standing-delay = Delay of payouts, days
standing-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
standing-hours = { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}
standing-answer-hours = Time to answer a dispute, median
standing-computed = Computed
standing-kept-back = Kept back for refunds
standing-desk-intro = From which score on standing does what. The lowest step begins at 0.
standing-steps-help = Rank and kept back are percentages. Leave a score empty to remove its step; the last line adds one.
standing-steps-save = Set the steps
standing-steps-set = The steps are set
standing-lowest = The lowest standings
standing-none = No standing is computed yet
standing-none-text = The server computes every account's once an hour.
standing-verification = Leads that pass verification
standing-verification-formula = passed / received
standing-verification-advice = Send fewer leads that verification rejects: look at the reasons on their pages.
standing-kept = Sales without a refund after a dispute
standing-kept-formula = 1 − 4 × refunded / sold
standing-kept-advice = Check numbers and interest before you send a lead: every refunded sale counts four times.
standing-appeals = Appeals that changed a decision
standing-appeals-formula = changed / appealed
standing-appeals-advice = Appeal only with new evidence.
standing-answers = Disputes answered in time
standing-answers-formula = answered / to answer
standing-answers-advice = Answer every dispute before its deadline, also those that you accept.
standing-outcomes = Awaited outcomes that came about
standing-outcomes-formula = 2 × came about / awaited, at most all
standing-outcomes-advice = Send leads that keep their appointments.
standing-merit = Disputes with merit
standing-merit-formula = 1 − denied / closed
standing-merit-advice = Dispute only what the contract's reasons cover.
standing-calm = Purchases without a dispute
standing-calm-formula = 1 − 3 × disputed / bought
standing-calm-advice = Narrow your filters, so that fewer leads are not what you want.
standing-reports = Outcomes that were reported
standing-reports-formula = reported / awaited
standing-reports-advice = Report what became of every lead, also where nothing came of it.
# Payouts
payouts-seller = Seller
payouts-amount = Amount
payouts-state = State
payouts-asked = Asked for
payouts-account = To account
payouts-sent-on = Sent
payouts-reference = Reference
payouts-statement-of-payout = Statement of a payout
payouts-statement-of-month = Statement for { $month }
payouts-opening = Opening balance
payouts-closing = Closing balance
payouts-when = When
payouts-what = What
payouts-source = Source
payouts-change = Change
payouts-balance = Balance
payouts-currency = Currency
payouts-nothing-moved = Nothing moved.
payouts-statement-cut = The newest { $lines } lines; the opening balance is that of the first line shown.
payouts-invoice = Invoice { $number }
payouts-credit-note = Credit note { $number }
payouts-commission = Commission on leads and outcomes sold in { $month }
payouts-commission-back = Commission given back with refunds
payouts-total = Total
payouts-issuer = Issued by
payouts-issued = Issued on
payouts-invoice-settled = The commission was kept back from your shares: there is nothing to pay.
payouts-no-tax = Amounts are without tax.
payouts-one = Payout
payouts-list = Your payouts
payouts-none = No payouts yet
payouts-none-next = What is final in your earnings can be paid out.
payouts-facts = Facts
payouts-timeline = What happened
payouts-ended = Ended
payouts-reason = Reason
payouts-reason-help = The seller reads it.
payouts-origin-seller = Asked for by the seller
payouts-origin-schedule = Made by schedule
payouts-origin-operator = Asked for by the exchange
payouts-method-sepa = SEPA credit transfers
payouts-method-transfer = Transfers by hand
payouts-on-request = Payouts are made when you ask for them.
payouts-weekly = Paid out each { $day }; next on { $next }. You may ask in between.
payouts-net = What is final at the end of a month is paid out { $days } days later; next on { $next }. You may ask in between.
payouts-monday = Monday
payouts-tuesday = Tuesday
payouts-wednesday = Wednesday
payouts-thursday = Thursday
payouts-friday = Friday
payouts-saturday = Saturday
payouts-sunday = Sunday
payouts-available = Can be paid out
payouts-less-claims = after { $amount } that you owe
payouts-delayed = { $amount } more waits until it was final for { $days ->
    [one] { $days } day
   *[other] { $days } days
}, by your standing
payouts-on-its-way = { $amount } on its way
payouts-from = from { $amount } on
payouts-ask = Ask for a payout
payouts-amount-help = Leave it empty for all that can be paid out.
payouts-asked-for = Payout of { $amount } asked for.
payouts-call-off = Call off
payouts-call-off-text = { $amount } can be paid out again.
payouts-called-off = The payout of { $amount } was called off.
payouts-statement = Statement
payouts-statements = Statements
payouts-statement-help = What became payable, and what went, since the payout before this one.
payouts-invoices = Invoices for commission
payouts-number = Number
payouts-bank = Bank details
payouts-bank-intro = Where your payouts go. They are kept sealed and never shown in full.
payouts-bank-missing = Payouts need bank details.
payouts-bank-give = Give bank details
payouts-bank-none = None given yet
payouts-bank-look = See bank details
payouts-bank-now = Used for payouts
payouts-bank-since = Since
payouts-bank-not-sepa = This account is outside SEPA: payouts to it are made by hand.
payouts-bank-waiting = A change that waits
payouts-bank-changes = From { $time } on, payouts go to { $account }.
payouts-bank-cancel = Call the change off
payouts-bank-change = Change bank details
payouts-bank-holder = Account holder
payouts-bank-holder-help = As the bank has it.
payouts-bank-bic-help = Only if your bank asks for it.
payouts-bank-password = Your password
payouts-bank-password-help = A change is used after 48 hours. Everybody in your account is told by e-mail, and you may call it off until then.
payouts-bank-save = Save
payouts-bank-owner-only = Only the owner of the account, once it is approved, may set bank details.
payouts-bank-set = Payouts go to { $account } from now on.
payouts-bank-waits = Payouts go to { $account } from { $time } on.
payouts-bank-kept = The change was called off.
payouts-rule = Four eyes: whoever asked for a payout may not approve it, and whoever approved it may neither put it in a batch nor send that.
payouts-no-debtor = The exchange has no account to pay from, so there are no SEPA files: set payout_name and payout_iban.
payouts-batch = Batch
payouts-batches = Batches
payouts-batches-none = No batches yet
payouts-batches-none-next = Approved payouts go to the bank in batches.
payouts-batch-empty = It holds no payouts any more.
payouts-wait-for-batch = Approved, waiting for a batch
payouts-waiting = { $count ->
    [one] One payout, { $total }
   *[other] { $count } payouts, { $total }
}
payouts-make-sepa = Make a SEPA batch
payouts-make-transfer = Make a batch by hand
payouts-desk-none = None in this state
payouts-desk-none-next = Sellers ask for payouts, or have them made by schedule.
payouts-approve = Approve
payouts-approve-this = Approve { $amount } to { $seller }
payouts-refuse = Refuse
payouts-decide = Decide
payouts-bank-says = What the bank says
payouts-mark-paid = Mark as paid
payouts-mark-failed = Mark as failed
payouts-came-back = Came back from the seller’s bank
payouts-mark-returned = Mark as come back
payouts-moved = Payout of { $amount }: { $state }.
payouts-count = Payouts
payouts-made = Made
payouts-file = File for the bank
payouts-file-help = It names accounts in full; each download is noted in the audit log.
payouts-mark-sent = Mark as sent
payouts-dissolve = Take apart
payouts-batch-sent = The batch is marked as sent.
payouts-batch-dissolved = The batch was taken apart; its payouts wait for another.
payouts-report = The bank’s answer
payouts-report-file = Status report
payouts-report-help = pain.002.001.10, at most 4 MiB. Payouts are matched by their references.
payouts-report-send = Carry out
payouts-report-done = What the report did
payouts-line-paid = Paid
payouts-line-failed = Failed: { $reason }
payouts-line-waits = Still on its way
payouts-line-before = Was { $state } before
payouts-line-unknown = Not in this batch
payouts-terms = Payout terms
payouts-terms-save = Save the terms
payouts-terms-set = The payout terms were saved.
payouts-schedule = When
payouts-schedule-on-request = On request
payouts-schedule-weekly = Weekly
payouts-schedule-net = Days after the end of a month
payouts-weekday = Day of the week
payouts-weekday-help = For weekly payouts.
payouts-net-days = Days
payouts-net-days-help = For payouts after a month: 1 to 120.
payouts-minimum = Minimum
payouts-minimum-help = Leave it empty to keep it as it is.
payouts-claims = Owes
payouts-open = On its way
payouts-nothing-final = Nothing is final yet.
payouts-account-page = Account
payouts-ask-for = Ask for this seller
seller-need-disputes = { $count ->
    [one] { $count } dispute waits for your answer
   *[other] { $count } disputes wait for your answer
}
seller-need-bank-details = Your money can be paid out: give bank details
seller-need-bank-change = Payouts will soon go to { $account }: see that it is yours

## Verification

nav-quarantine = Quarantine
nav-data-sets = Data sets
leads-quality = Quality
leads-ruling = An auditor decided:
leads-taken-quarantined = The lead was taken, and an auditor looks at it before it is offered.
leads-taken-waits = The lead was taken, and waits until the person confirms it.
quarantine-intro = Leads that their checks brought before you. A lead that you list is offered at once; the seller reads why you reject one.
quarantine-empty = No lead waits for a decision
quarantine-empty-next = Leads come here when a check of their vertical says so.
quarantine-reason = Your words
quarantine-reason-help = The seller reads them. A rejection needs them: 10 to 300 characters, no contact data.
quarantine-list = List
quarantine-reject = Reject
quarantine-listed = { $sold ->
    [0] The lead is listed.
    [one] The lead is listed, and one copy was sold at once.
   *[other] The lead is listed, and { $sold } copies were sold at once.
 }
quarantine-rejected = The lead is rejected.
check-contact = Phone number or e-mail address can exist
check-phone = Kind of phone number
check-phone-region = Phone number belongs where the person lives
check-email-disposable = No throw-away mailbox
check-email-role = A person's mailbox
check-name = A name that somebody can bear
check-postal-code = Postal code
check-age = Age
check-consent = Consent
check-duplicate = Not received before
check-suppression = On no suppression list
check-source = Source of the lead
check-standing = Standing of the seller
check-email-domain = Domain takes mail
check-phone-carrier = Carrier knows the number
check-email-mailbox = Mail server knows the mailbox
check-confirmation = Confirmed by the person
effect-note = Note it
effect-lower = Lower the quality
effect-quarantine = Quarantine
effect-reject = Reject
checks-title = Checks
checks-intro = What is checked of every lead of this vertical, in this order, and what a failure or a warning does. The quality of a lead is 100 less the points of each warning and twice the points of each failure that does more than note it.
checks-changed = The checks are changed. Every server goes by them within a second or so.
checks-place = Place
checks-on = On
checks-on-fail = When it fails
checks-on-warn = When it warns
checks-points = Points
checks-limits = Limits
checks-save = Save the checks
checks-confirmation-off = Never
checks-confirmation-possible = When the seller asks
checks-confirmation-demanded = Always: a lead waits for it
limit-quarantine-below = Quarantine below this quality
limit-oldest-age = Oldest age that is believed
limit-consent-min-chars = Shortest text of a consent, characters
limit-address-leads = Leads of one address
limit-address-minutes = .. within minutes
limit-device-leads = Leads of one device
limit-device-minutes = .. within minutes
limit-copied-leads = Consents given at one moment
limit-copied-minutes = .. within minutes
limit-standing-min = Least standing of a seller
limit-confirm-hours = Hours to confirm a contact
limit-consent-channels = Channels that every consent must name
limit-consent-recipients = Recipients that every consent must name
limit-consent-recipients-help = Words that must stand among the recipients, separated by commas.
limit-confirmation = The person confirms by a code
lists-intro = What the checks compare with. A newer version counts on every server within a second or so, for leads that come from then on.
lists-name = Data set
lists-line = A line
lists-in-use = In use
lists-version = version { $version }
lists-shipped = as shipped
lists-source = Source and licence
lists-source-help = Where the data come from, and under which licence.
lists-file = File
lists-file-help = UTF-8, one entry a line; lines that begin with # are left out. It replaces the whole data set.
lists-upload = Upload
lists-uploads = Uploads
lists-lines = Lines
lists-when = When, by whom
lists-uploaded = Version { $version } is in use, { $lines } lines.
list-disposable-domains = Domains of throw-away mailboxes
list-role-names = Mailboxes of functions
list-test-names = Names of nobody
list-postal-formats = Postal codes by country
list-postal-regions = Regions by postal code
list-phone-areas = Regions by area code
confirm-title = Confirm your contact
confirm-intro = You asked for an offer. Type the code that you were sent, so that nobody else can ask in your name.
confirm-code = Code
confirm-submit = Confirm
confirm-done = Thank you. Your contact is confirmed.
confirm-wrong = { $left ->
    [0] This is not the code. It counts no more: ask for another where you left your contact.
    [one] This is not the code. You have one more try.
   *[other] This is not the code. You have { $left } more tries.
 }
confirm-spent = No code counts any more. Ask for another where you left your contact.
confirm-asked = A code is on its way to the person.
confirm-ask-email = Confirm by mail
confirm-ask-sms = Confirm by text message
confirm-ask-hint = The person gets a code and types it on a page: the strongest proof of a contact.
confirm-sms = Your code: { $code }. Type it at { $link }
confirm-mail-subject = Your code
confirm-mail-text = You left your contact for an offer. Confirm that it is yours.
confirm-mail-code = Your code: { $code }
confirm-mail-open = Type the code
confirm-mail-why = If you did not ask for anything, do nothing: the request lapses.

# Events and webhooks
nav-webhooks = Webhooks
accounts-scope-events-read = Read events
accounts-scope-events-write = Set up webhooks
events-webhooks = Webhooks
events-intro = Each event is sent to your servers as it happens, signed, and again until they take it.
events-empty = No endpoints yet
events-empty-next = Give an address, and your systems learn of sales, disputes and payouts at once.
events-endpoint = Endpoint
events-url = Address
events-url-help = By https, at a public name or address. It must answer with 2xx within 15 seconds.
events-kinds = Events
events-kinds-help = None ticked means all of them.
events-all-kinds = All
events-state = State
events-made-at = Made
events-new = Add an endpoint
events-made = The endpoint is there. Copy its secret, and try it.
events-change = Address and events
events-changed = The endpoint was changed.
events-active = Send to this endpoint
events-active-help = What waits is sent once it is on again.
events-save = Save
events-disabled-why = Nothing is sent: disabled, { $why }.
events-deliveries = Deliveries
events-no-deliveries = Nothing was sent yet. Send a test event.
events-what = Event
events-tries = Tries
events-answer = Last answer
events-queued-at = Queued
events-replay = Send again
events-replay-queued = It will be sent again.
events-secret = Secret
events-secret-help = Each delivery is signed with it, as Standard Webhooks describes: header webhook-signature over id, time and body.
events-rotate = New secret
events-rotate-text = Deliveries carry the signatures of both secrets for a day, so that you can change over without losing any.
events-rotated = The endpoint has a new secret. The one before counts for a day.
events-try = Send a test event
events-try-help = An event of type test, whatever the endpoint wants.
events-test-queued = A test event is on its way.
events-remove = Remove this endpoint
events-remove-text = What is still queued for it is dropped. Events stay readable by the API.
events-removed = The endpoint was removed.
events-lead-sold = A copy of a lead was sold
events-lead-stage-changed = The score of a lead has reached another stage
events-lead-audited = An audit of a lead is decided
events-purchase-delivered = A lead was bought
events-purchase-stopped = A refunded lead must not be used any more
events-consent-revoked = A person withdrew its consent
events-conversion-proposed = An outcome was reported
events-conversion-confirmed = An outcome was confirmed
events-dispute-opened = A dispute was opened
events-dispute-decided = A dispute was decided
events-dispute-closed = A dispute was closed
events-payout-sent = A payout was sent to the bank
events-payout-paid = A payout was paid
events-payout-failed = A payout came back
events-test = Test

## Scoring
nav-scoring = Scoring
nav-tracking = Tracking
scoring-default-consultation = Asked for a free assessment or consultation
scoring-default-emails = Opened five or more marketing e-mails
scoring-default-newsletter = Subscribed to the newsletter
scoring-default-visits = Visited the site more than twice in 30 days
scoring-default-silence = No visit for a long time
scoring-default-unsubscribed = Unsubscribed
scoring-event-visit = Visit
scoring-event-email-opened = Opened e-mail
scoring-event-link-clicked = Followed link
scoring-event-form-sent = Sent form
scoring-event-newsletter = Newsletter subscription
scoring-event-consultation = Request for a consultation
scoring-event-unsubscribed = Unsubscription
scoring-rule-event = { $event }, { $count ->
    [one] once or more
   *[other] { $count } times or more
  }
scoring-rule-event-within = { $event }, { $count ->
    [one] once or more
   *[other] { $count } times or more
  } within { $days ->
    [one] a day
   *[other] { $days } days
  }
scoring-rule-silence = No { $event } for { $days ->
    [one] a day
   *[other] { $days } days
  }
scoring-rule-cap = each time, up to { $cap } points
scoring-rule-per-week = loses { $points ->
    [one] 1 point
   *[other] { $points } points
  } a week
scoring-rule-half-life = halved every { $days ->
    [one] day
   *[other] { $days } days
  }
scoring-cold = cold
scoring-warm = warm
scoring-hot = hot
scoring-summary = { $score }, { $stage }, { $temperature }
scoring-bant = Qualification (BANT)
scoring-bant-quarters = { $quarters } of 4 known
scoring-bant-unknown = not known
scoring-bant-budget = Budget
scoring-bant-authority = Authority
scoring-bant-need = Need
scoring-bant-timing = Timing
scoring-why = Score, rule by rule
scoring-rule = Rule
scoring-count = Counted
scoring-points = Points
scoring-carried = From before there were models
scoring-sum = Sum
scoring-sum-clamped = The score is the sum, at least 0 and at most 100.
scoring-by-version = Scored by version { $version } of the vertical's model.
scoring-title = Scoring models
scoring-intro = Each vertical scores its leads by a model of its own. A version never changes once it was live, and a lead keeps the version that scored it.
scoring-vertical = Vertical
scoring-live-version = Live version
scoring-draft-version = Draft
scoring-none = none
scoring-rules = Rules
scoring-model-of = Scoring of { $vertical }
scoring-live = Live: version { $version }
scoring-draft = Draft: version { $version }
scoring-edit = Edit draft
scoring-new = New version
scoring-thresholds = Marketing qualified from { $mql }, sales qualified from { $sql }; warm from { $warm }, hot from { $hot }.
scoring-notes = Repeats and fades
scoring-test = Test on past leads
scoring-test-text = Scores up to { $leads } of the newest leads of the vertical by the draft, and shows which would move from stage to stage. Nothing is changed.
scoring-go-live = Go live
scoring-go-live-text = New leads are scored by this version from now on. Leads that are here keep the version that scored them, unless you ask to move them.
scoring-moves = Also score leads on the market by this version; those that move to another stage are noted in their history
scoring-drop = Give the draft up
scoring-trial = { $moved } of { $leads } leads would change their stage
scoring-trial-from = Has now
scoring-trial-to = Would have
scoring-versions = Versions
scoring-version = Version
scoring-version-state = State
scoring-version-live-at = Live since
scoring-moving = Leads are being moved to it
scoring-saved = The draft is saved. Test it on past leads, then let it go live.
scoring-tested = Tested on past leads.
scoring-went-live = The version is live.
scoring-dropped = The draft is given up.
scoring-edit-title = Draft of the scoring model
scoring-edit-intro = Rows without a label are left out. A cap lets a rule count each time its test is met; points fade by week or by half-life.
scoring-save = Save draft
scoring-mql = Marketing qualified from
scoring-sql = Sales qualified from
scoring-warm-from = Warm from
scoring-hot-from = Hot from
scoring-label = Rule
scoring-kind = Looks at
scoring-kind-trait = Trait
scoring-kind-event = Event
scoring-kind-silence = Silence
scoring-subject = Field or event
scoring-op = Comparison
scoring-value = Value
scoring-times = Times
scoring-days = Days
scoring-cap = Cap
scoring-decay = Fades
scoring-decay-none = stays
scoring-decay-week = points a week
scoring-decay-half = half-life, days
scoring-decay-amount = by
scoring-row = row { $row }
scoring-tracking-title = Tracking
scoring-tracking-intro = Links and pixels that tell what the person of a lead does, so that its score moves. Whoever sends DNT: 1 or Sec-GPC: 1 is not tracked, and no personal data is kept.
scoring-hosts = Hosts that links may lead to
scoring-hosts-text = A tracked link leads to a page of yours, by https, and nowhere else.
scoring-host = Host
scoring-host-help = Such as shop.example.org; its subdomains are hosts of their own.
scoring-host-allow = Allow
scoring-host-forbid = Remove
scoring-host-allowed = The host is allowed.
scoring-host-forbidden = The host is removed; links that lead there end at once.
scoring-no-hosts = No host is allowed yet.
scoring-make = Make a link
scoring-lead = Lead
scoring-lead-help = The id of one of your leads, such as lead_019a…
scoring-url = Page
scoring-make-submit = Show addresses
scoring-link = Link, counts a visit
scoring-email-pixel = Pixel for e-mails, counts an opened e-mail
scoring-visit-pixel = Pixel for pages, counts a visit
leads-event-stage-changed = { $before } → { $after } ({ $from } → { $to } points)
leads-event-events-recorded = { $count ->
    [one] 1 event reported
   *[other] { $count } events reported
  }, score { $score }

## Audits of lead quality
nav-audits = Lead audits
audits-title = Lead audits
audits-intro = A sample of each seller's leads is checked by calling the person. What does not hold leaves the market.
audits-seller-intro = The exchange checks a sample of your leads by calling the person. Here is what it found.
audits-why = Why drawn
audits-why-newcomer = one of the seller's first leads
audits-why-random = by chance
audits-why-risk = by its risk
audits-risk = Risk
audits-drawn = Drawn at
audits-none = Nothing here
audits-none-text = Leads are drawn a few minutes after they were received.
audits-figures = How often leads hold
audits-no-figures = Nothing is decided yet.
audits-figure-decided = Audited
audits-figure-rejected = Rejected
audits-figure-refunded = Refunded
audits-figure-held = Held
audits-figure-interval = 95 % interval
audits-figure-share = Sample
audits-policy = How much is audited
audits-policy-text = A lead that does not hold doubles its seller's sample; ten in a row that hold take a quarter off. Shares are in hundredths of a per cent.
audits-start-share = Share of a seller without results
audits-least-share = Least share
audits-most-share = Greatest share
audits-first-leads = First leads, all audited
audits-low-standing = A standing below this is a risk
audits-burst-leads = Leads within an hour that are a risk
audits-policy-save = Save
audits-policy-set = The shares are set.
audits-take-next = Take the next
audits-take = Take it
audits-return = Give it back
audits-taken = The audit is yours.
audits-returned = The audit is back in the queue.
audits-decided = The audit is decided.
audits-case = Audit of a lead
audits-contact = The person
audits-contact-hint = Your look is noted in the audit log.
audits-result = What was found
audits-q-reached = Somebody answered
audits-q-right-person = The right person
audits-q-remembers-consent = Remembers the consent
audits-q-interested = Still interested
audits-q-matches = Is as the seller says
audits-unknown = not known
audits-outcome = What becomes of the lead
audits-outcome-list = It holds and stays
audits-outcome-reject = Reject it; buyers keep their copies
audits-outcome-refund = Reject it and refund its buyers
audits-outcome-help = A lead holds unless somebody else answered, nobody can be reached, the consent is not remembered, or the person is another than the seller says.
audits-note = What the seller reads
audits-note-help = Sealed; no more personal data than needed.
audits-decide = Decide
audits-refunds = Charges that are given back
audits-own-figures = How often your leads hold
audits-own-share = { $share } of your leads are audited, and your first { $first } all are.
audits-share-rule = A lead that does not hold doubles the share, up to { $most }; ten in a row that hold take a quarter off, down to { $least }. A low standing, warnings in the checks and many leads at once make a lead likelier to be drawn.
audits-results = Results
audits-no-results = No results yet
audits-no-results-text = They appear once an auditor has decided.
audits-appeal = You may appeal against each refund among your disputes; another auditor decides.
leads-event-audit-passed = Audited: the lead holds
leads-event-audit-rejected = Audited and rejected: { $found }
leads-event-audit-refunded = Audited and refunded: { $found }
leads-audit-reached = nobody can be reached
leads-audit-right-person = not the right person
leads-audit-remembers-consent = the consent is not remembered
leads-audit-matches = not as described
notices-lead-audit-passed = One of your leads was audited and holds
notices-lead-audit-passed-text = The exchange has checked { $lead }. It holds and stays where it is.
notices-lead-audit-rejected = One of your leads was audited and rejected
notices-lead-audit-rejected-text = The exchange has checked { $lead } and taken it off the market. The page says what was found.
notices-lead-audit-refunded = One of your leads was audited, its buyers are refunded
notices-lead-audit-refunded-text = The exchange has checked { $lead }, taken it off the market and upheld a refund for its buyers. The page says what was found; you may appeal among your disputes.

# Suppression
nav-suppressions = Do not contact
requests-gate-suppressed = The person is on a list of people not to be sold
suppression-title = People not to be sold
suppression-intro = You are never sold a lead of somebody on your lists. What you send is hashed under a key at once and forgotten: nobody can read the lists back.
suppression-intro-exchange = Leads of people on this list are refused from every seller, and those on the market are not sold. Only keyed hashes are kept.
suppression-list = List
suppression-customers = Our customers already
suppression-do-not-contact = Do not contact
suppression-count = Hashes
suppression-newest = Newest
suppression-change = Add or remove contacts
suppression-contacts = Contacts
suppression-contacts-help = An e-mail address or a phone number with its country code a line, up to 50,000 lines.
suppression-remove = Take them off the list instead
suppression-save = Save
suppression-added = { $count ->
    [one] { $count } contact is new on the list.
   *[other] { $count } contacts are new on the list.
}
suppression-removed = { $count ->
    [one] { $count } contact was taken off the list.
   *[other] { $count } contacts were taken off the list.
}

## Pings

nav-pings = Pings
pings-title = Pings
pings-seller-intro = Leads that you announced without their contact. A bid is held for you for { $seconds } seconds; post the lead in that time and it is sold at that price.
pings-you-are-paused = Your pings are refused until { $until }: of { $bids } bids that were held for you, { $posts } were posted. Each bid keeps a buyer’s money and room from others.
pings-in-days = in { $days } days
pings-count = Pings
pings-bids = Bids
pings-bid = Bid
pings-posts = Posts
pings-posted = Posted
pings-lost = Lost
pings-expired = Never posted
pings-share = Share posted
pings-share-note = of the bids that have ended
pings-all = All
pings-none = No pings
pings-none-text = Announce a lead by POST /api/v1/pings, and see at once what is bid for it.
pings-api = The API
pings-ping = Ping
pings-state = State
pings-why = Why
pings-made = Announced
pings-desk-intro = What sellers announce, and how much of it they post, over { $days } days; the lowest share first.
pings-desk-none-text = No seller has announced a lead in these days.
pings-by-seller = By seller
pings-paused = Paused sellers
pings-until = Until
pings-lift = End the pause
pings-lifted = The seller’s pings are taken again.
pings-policy = Rules
pings-policy-text = A bid is held for a time, with room in its request and money in its buyer’s wallet. A seller of whose ended bids too small a share is posted is paused for a while; after that its bids are counted anew. A least share of 0 pauses nobody.
pings-policy-save = Set the rules
pings-policy-set = The rules of pings are set.
pings-hold-seconds = Seconds that a bid is held
pings-most-open = Bids held for one seller at a time
pings-least-posted = Least share posted, in hundredths of a per cent
pings-least-bids = Bids before that is judged
pings-pause-minutes = Minutes that a pause lasts
pings-reason-no-requests = Nobody asks for leads of this vertical now
pings-reason-none-fits = No purchase request fits this lead
pings-reason-none-can-buy = The purchase requests that fit cannot buy now
pings-reason-duplicate = The contact was received before, within the window of the vertical
pings-reason-suppressed = The person is on the suppression list
pings-reason-already-pinged = A bid is held for a ping of yours about this contact already
pings-reason-quarantined = The checks brought the lead before an auditor
pings-reason-awaits-confirmation = The person has to confirm the contact first
pings-reason-paused = Too few of your bids were posted, and your pings are refused for a while
