/**
 * Every address of the app.
 *
 * @import { Route } from "./screens.js"
 */

/** @type {readonly Route[]} */
export const ROUTES = [
  { path: "/", load: () => import("../batteries/batteries.js") },
  { path: "/batteries", load: () => import("../batteries/batteries.js") },
  { path: "/history", load: () => import("../history/history.js") },
  { path: "/account", load: () => import("../frame/account.js") },
  { path: "/people", load: () => import("../people/people.js") },
  { path: "/people/:subject", load: () => import("../people/subject.js") },
  { path: "/companies", load: () => import("../people/companies.js") },
  { path: "/companies/:subject", load: () => import("../people/subject.js") },
  { path: "/import", load: () => import("../jobs/import.js") },
  { path: "/jobs", load: () => import("../jobs/jobs.js") },
  { path: "/jobs/:job", load: () => import("../jobs/job.js") },
  { path: "/admin", role: "admin", load: () => import("../admin/billing.js") },
  { path: "/admin/usage", role: "admin", load: () => import("../admin/usage.js") },
  { path: "/admin/requests", role: "admin", load: () => import("../admin/requests.js") },
  { path: "/admin/ledger", role: "admin", load: () => import("../admin/ledger.js") },
  {
    path: "/admin/users/:user/batteries",
    role: "admin",
    load: () => import("../batteries/batteries.js"),
  },
  {
    path: "/admin/users/:user/history",
    role: "admin",
    load: () => import("../history/history.js"),
  },
];
