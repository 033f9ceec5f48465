/**
 * The shapes that cross a border: server ↔ background (`api.md`), background ↔ pages, page ↔ panel.
 *
 * Chromium derives the extension's id from `key` in the manifest; the server allows exactly this
 * origin: `chrome-extension://afllnndnablgmjiafodnhnijlfncdpff`. Firefox gives every installation
 * an origin of its own (`moz-extension://<uuid>`).
 */

/** The name of the port by which panel, popup, side panel and options speak to the background. */
export const PAGE_PORT = "page";

/**
 * @typedef {"email" | "phone" | "personality"} Kind
 * @typedef {"ok" | "low" | "critical" | "empty"} Level  R33
 *
 * @typedef {object} License  credits; dates are `YYYY-MM-DD` in the org's time zone
 * @property {number} allotment
 * @property {number} used
 * @property {number} held
 * @property {number} remaining
 * @property {string} starts_on
 * @property {string} last_day
 * @property {string} resets_at  RFC 3339, UTC
 *
 * @typedef {object} Extra
 * @property {number} granted
 * @property {number} used
 * @property {number} held
 * @property {number} remaining
 * @property {number | null} cap
 * @property {{used: number, held: number}} mine
 * @property {number} available  what this user may take (R17)
 *
 * @typedef {object} Battery
 * @property {number} seq
 * @property {License} license
 * @property {Extra | null} extra
 * @property {number} available
 * @property {Level} level
 * @property {{month: number, total: number}} saved
 *
 * @typedef {Record<Kind, number>} Prices
 * @typedef {{id: string, name: string, email: string, role: "rep" | "admin"}} User
 * @typedef {{id: string, name: string, time_zone: string}} Org
 */

/**
 * What a piece opens (R3, `api.md` "Values").
 *
 * @typedef {object} Analysis
 * @property {string | null} [seniority]
 * @property {string | null} [function]
 * @property {number | null} [tenure_years]
 * @property {string[]} [skills]
 *
 * @typedef {object} Insight  how one colleague knows the person
 * @property {string} colleague
 * @property {number} strength  0–100
 * @property {string | null} [since]  `YYYY-MM-DD`
 * @property {string | null} [note]
 *
 * @typedef {{email: string, analysis: Analysis | null, insights: Insight[] | null}} EmailValue
 * @typedef {{type: "mobile" | "direct", number: string}} Phone
 * @typedef {{phones: Phone[]}} PhoneValue
 * @typedef {{disc: {d: number, i: number, s: number, c: number}, style: string,
 *   summary: string}} PersonalityValue
 * @typedef {EmailValue | PhoneValue | PersonalityValue} Value
 *
 * @typedef {{state: "available", price: number}} AvailablePiece
 * @typedef {{state: "not_found"}} MissingPiece
 * @typedef {{state: "owned", value: Value, revealed_by: string, revealed_at: string,
 *   seq: number}} OwnedPiece
 * @typedef {{state: "updated", price: number, value: Value, revealed_by: string,
 *   revealed_at: string, seq: number}} UpdatedPiece
 * @typedef {AvailablePiece | MissingPiece | OwnedPiece | UpdatedPiece} Piece
 *
 * @typedef {object} Subject
 * @property {string} id
 * @property {"contact" | "account"} type
 * @property {string} name
 * @property {string | null} headline
 * @property {string | null} company
 * @property {string | null} location
 * @property {string} url
 * @property {Partial<Record<Kind, Piece>>} pieces
 */

/**
 * @typedef {object} RevealResult
 * @property {string} subject
 * @property {Kind} kind
 * @property {"charged" | "already_owned" | "not_found" | "unaffordable"} outcome
 * @property {number} credits
 * @property {Value} [value]
 * @property {string} [revealed_by]
 * @property {string} [revealed_at]
 * @property {number} [seq]
 *
 * @typedef {object} RevealAnswer
 * @property {number} seq
 * @property {number} credits
 * @property {number} from_license
 * @property {number} from_extra
 * @property {number} saved
 * @property {RevealResult[]} results
 * @property {Battery} battery
 *
 * @typedef {object} Problem  RFC 9457, plus two codes of our own for answers that never came:
 *   `unreachable` (status 0) and `not_a_server` (it answered, but not like this product)
 * @property {number} status
 * @property {string} code
 * @property {string} title
 * @property {string} detail
 * @property {number} [retry_after_s]
 * @property {number} [line]  of a file that cannot be read
 */

/**
 * Exports and imports (R18–R26). Counts are of rows; with several kinds `by_kind` counts each kind
 * for itself: `rows = found + not_found`, `found = net_new + already_owned + duplicates`.
 *
 * @typedef {"quoted" | "running" | "settling" | "completed" | "stopped" | "failed" | "expired"}
 *   JobStatus
 *
 * @typedef {object} QuotedKind
 * @property {number} rows
 * @property {number} found
 * @property {number} not_found
 * @property {number} duplicates
 * @property {number} already_owned
 * @property {number} net_new
 * @property {number} credits
 *
 * @typedef {object} QuoteTotals
 * @property {number} from_license
 * @property {number} from_extra
 * @property {number} license_after
 * @property {number} extra_after
 * @property {boolean} affordable
 * @property {number} short_by  credits that are missing
 * @property {number} as_of_seq
 * @property {Partial<Record<Kind, QuotedKind>>} by_kind
 * @typedef {QuotedKind & QuoteTotals} Quote
 *
 * @typedef {object} SettledKind
 * @property {number} charged
 * @property {number} already_owned
 * @property {number} duplicates
 * @property {number} not_found
 * @property {number} over_hold
 * @property {number} credits
 *
 * @typedef {SettledKind & {from_license: number, from_extra: number, seq: number,
 *   by_kind: Partial<Record<Kind, SettledKind>>}} Settlement
 *
 * @typedef {object} AccountLine  why the bill differs from the quote, and by how many credits
 * @property {string} why
 * @property {number} count
 * @property {number} credits
 * @property {Kind | null} kind
 * @property {string | null} by
 * @property {"reveal" | "export" | "import" | null} action
 * @property {string | null} first_at
 * @property {string | null} last_at
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {"export" | "import"} action
 * @property {JobStatus} status
 * @property {{id: string, name: string}} by
 * @property {{done: number, total: number}} progress
 * @property {Quote} quote
 * @property {Settlement | null} settlement
 * @property {AccountLine[]} account
 * @property {Kind[]} kinds
 * @property {number | null} max_credits  R26
 * @property {string} label
 * @property {Record<string, string>} columns  of an import, what each is: field to column (R25)
 * @property {{name: string, columns: string[]} | null} file  of an import
 * @property {string[][]} sample  first rows of a quoted import, in answers to its maker alone
 * @property {{line: number, reason: string}[]} problems  the first of `problem_count`
 * @property {number} problem_count
 * @property {string | null} error
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 * @property {string | null} expires_at  of an unstarted quote
 */

/**
 * Server → client on the battery socket.
 *
 * @typedef {object} ChangeItem
 * @property {number} seq
 * @property {string} subject
 * @property {string} url
 * @property {Kind} kind
 * @property {"reveal" | "export" | "import" | "reversal"} action
 * @property {{id: string, name: string}} by
 *
 * @typedef {{type: "changes", from: number, to: number, items: ChangeItem[],
 *   many?: number}} ChangesMessage
 * @typedef {{type: "welcome", epoch: string, seq: number, resumed: boolean, heartbeat_s: number,
 *   user: User, org: Org, battery: Battery, prices: Prices, jobs: Job[], missed: ChangesMessage[],
 *   alert: {level: Level, seq: number} | null}} WelcomeMessage  `alert`: one that was not said to be shown
 * @typedef {{type: "battery", seq: number, battery: Battery}} BatteryMessage
 * @typedef {{type: "prices", seq: number, prices: Prices}} PricesMessage
 * @typedef {{type: "job", job: Job}} JobMessage
 * @typedef {{type: "alert", level: Level, battery: Battery}} AlertMessage
 * @typedef {{type: "heartbeat", seq: number}} HeartbeatMessage
 *
 * @typedef {object} CreditRequest  `outcome` is null while it is open
 * @property {string} id
 * @property {string} user_id
 * @property {string} user_name
 * @property {string} note
 * @property {string} created_at
 * @property {"cap_raised" | "ordered" | "declined" | null} outcome
 * @property {string | null} answered_by
 * @property {string | null} answered_at
 * @property {string | null} answer_note
 * @typedef {{type: "credit_request", request: CreditRequest}} CreditRequestMessage
 * @typedef {{type: "users", users: string[]}} UsersMessage  ids of members whose role, activity or
 *   invitation changed; to them and to the org's admins
 *
 * @typedef {WelcomeMessage | BatteryMessage | ChangesMessage | PricesMessage | JobMessage
 *   | AlertMessage | CreditRequestMessage | UsersMessage | HeartbeatMessage} ServerMessage
 *
 * @typedef {{epoch: string, seq: number, alert?: number}} Position  the last entry a client has handled;
 *   `alert`: the `seq` of the last alert that its user was shown (R33)
 * @typedef {{epoch: string, seq: number, level: Level}} LevelAlert  R33: the user fell to `level`
 */

/**
 * Background → page: one absolute picture, the latest wins.
 *
 * @typedef {"connecting" | "live" | "offline"} LinkState  "connecting" is short and comes with every new
 *   worker: what is on the screen stays, and clicks count
 *
 * @typedef {object} PairingView
 * @property {string | null} code  null until the server has answered
 * @property {string | null} verification_url
 *
 * @typedef {object} TeamLine  reveals of one colleague and kind, just now
 * @property {string} by
 * @property {Kind} kind
 * @property {ChangeItem["action"]} action
 * @property {number} count
 *
 * @typedef {{kind: Kind, result: RevealResult} | {kind: Kind, problem: Problem}} Notice
 *
 * @typedef {object} PersonView
 * @property {"loading" | "known" | "unknown" | "failed"} status
 * @property {Subject | null} subject
 * @property {Problem | null} problem
 * @property {Kind[]} pending  kinds whose reveal is under way
 * @property {Notice | null} notice
 *
 * @typedef {{state: Piece["state"], by: string | null}} Mark  `by`: who revealed what is owned
 *
 * @typedef {object} ListedPerson
 * @property {string} url
 * @property {PersonView["status"]} status
 * @property {string} name  empty until known
 * @property {string | null} headline
 * @property {string | null} company
 * @property {Partial<Record<Kind, Mark>>} marks
 * @property {boolean} ticked
 *
 * @typedef {object} JobView
 * @property {Job} job
 * @property {"start" | "stop" | null} pending  what was asked of it and is not answered yet
 * @property {Problem | null} problem  why the last thing asked of it did not happen
 *
 * @typedef {object} ListView  a page of search results
 * @property {ListedPerson[]} people  as the page shows them
 * @property {number} selected  on all pages of this search
 * @property {Kind[]} kinds  to export
 * @property {boolean} asking  for a quote
 * @property {JobView | null} offer  the quote of what is selected
 * @property {Problem | null} problem  why there is no quote
 *
 * @typedef {object} View
 * @property {string} server
 * @property {"signed_out" | "pairing" | "signed_in"} phase
 * @property {PairingView | null} pairing
 * @property {"signed_out" | "revoked" | "deactivated" | "refused" | "expired" | null} ended
 *   why there is no session any more
 * @property {Problem | null} problem  of the last attempt to pair
 * @property {LinkState} link
 * @property {number | null} as_of_ms  when the figures were last known to be right; null while they are,
 *   and while a worker that has just come up finds out
 * @property {User | null} user
 * @property {Org | null} org
 * @property {Battery | null} battery
 * @property {Prices | null} prices
 * @property {{level: Level, seq: number} | null} alert  the level the user fell to, until it was read
 * @property {TeamLine[]} team
 * @property {PersonView | null} person  null for a page that is not somebody's
 * @property {ListView | null} list  null for a page that is no list of people
 * @property {JobView[]} jobs  started ones, newest first; ended ones until they are put away
 */

/**
 * Background → page. `done`: what the page asked by this id has come to its end, well or not, and would
 * be over even if the worker died now.
 *
 * @typedef {{type: "view", view: View} | {type: "done", id: string}} BackgroundMessage
 */

/**
 * Page → background. The same message may come twice, to one worker or to the next: whoever answers it
 * makes sure that it counts once.
 *
 * @typedef {{id: string, request: PageRequest}} PageMessage
 *
 * @typedef {{search: string, urls: string[]}} ListedPage  `search` is the same on every page of a
 *   search, and never leaves the browser
 * @typedef {{type: "show", url: string | null, list: ListedPage | null}} ShowRequest
 * @typedef {{type: "reveal", subject: string, kind: Kind, price: number}} RevealRequest
 * @typedef {{type: "retry"}} RetryRequest  look the shown person up again
 * @typedef {{type: "alert_read", seq: number}} AlertReadRequest
 * @typedef {{type: "pair"}} PairRequest
 * @typedef {{type: "cancel_pairing"}} CancelPairingRequest
 * @typedef {{type: "sign_out"}} SignOutRequest
 * @typedef {{type: "set_server", server: string}} SetServerRequest  a normalised origin
 *
 * @typedef {{type: "tick", urls: string[], on: boolean}} TickRequest
 * @typedef {{type: "clear"}} ClearRequest  nobody is selected any more
 * @typedef {{type: "choose", kinds: Kind[]}} ChooseRequest
 * @typedef {{type: "quote"}} QuoteRequest  of what is selected; charges nothing
 * @typedef {{type: "drop_quote"}} DropQuoteRequest
 * @typedef {{type: "start", job: string, credits: number}} StartRequest  at the price on the button
 * @typedef {{type: "stop", job: string}} StopRequest
 * @typedef {{type: "put_away", job: string}} PutAwayRequest  an ended job
 * @typedef {TickRequest | ClearRequest | ChooseRequest | QuoteRequest | DropQuoteRequest
 *   | StartRequest} ExportRequest  of what is selected in the page's own tab
 *
 * @typedef {ShowRequest | RevealRequest | RetryRequest | PairRequest | CancelPairingRequest
 *   | SignOutRequest | SetServerRequest | AlertReadRequest | ExportRequest | StopRequest
 *   | PutAwayRequest} PageRequest
 */

/**
 * Content script ↔ framed panel, over a `MessagePort` that the page's own scripts never hold.
 *
 * @typedef {{type: "page", url: string | null, list: ListedPage | null}} PageMoved
 * @typedef {{type: "size", width: number, height: number}} PanelSize  CSS pixels
 */
