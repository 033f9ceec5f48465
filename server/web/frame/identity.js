/**
 * Who is signed in can change under an open page: an admin gives the user another role, or somebody
 * else signs in in another tab, whose cookie this page's calls then carry. The page is opened anew,
 * so that no name, way or figure of before stays.
 *
 * @import { App } from "./screens.js"
 */

import { SIGNED_IN, whoAmI } from "../session.js";

/** @param {Pick<App, "live" | "me">} app */
export function watchIdentity({ live, me: { user } }) {
  // The socket's word is older than the answer after a change a moment ago: only the answer counts.
  async function check() {
    const who = await whoAmI();
    if ("me" in who && differs(who.me.user)) location.reload();
  }

  /** @param {{id: string, role: string}} now */
  const differs = ({ id, role }) => id !== user.id || role !== user.role;

  live.listen((news) => {
    if (news.type === "users" && news.users.includes(user.id)) check();
    if (news.type === "welcome" && differs(news.user)) check();
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (key === SIGNED_IN && newValue !== user.id) check();
  });
}
