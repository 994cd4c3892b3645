"""What the seeded issues say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seed:
    """One issue to plant."""

    project: str
    kind: str
    summary: str
    description: str
    days_old: float
    status: str = "To Do"
    priority: str = "Medium"
    reporter: str = "ada"
    assignee: str = ""
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    comments: tuple[tuple[str, str], ...] = ()
    viewers: tuple[str, ...] = ()
    """Who is in its security level, beside the bot's account; nobody named is no level."""


def _team(name: str) -> dict[str, Any]:
    return {"customfield_10050": {"value": name}}


def _severity(name: str) -> dict[str, Any]:
    return {"customfield_10051": {"value": name}}


SEEDS = (
    Seed(
        "OPS", "Bug", "VPN drops every few minutes on office Wi-Fi",
        "The VPN client disconnects every 5 to 10 minutes while on the office Wi-Fi. On a cable it stays up.\n\n"
        "Reconnecting works at once. Seen on macOS and Windows since the access points were replaced.",
        6, "In Progress", "High", "grace", "linus", ("vpn", "wifi"), ("Network",), _team("Workplace"),
        (("linus", "The new access points roam too eagerly. Trying a longer DHCP lease on the third floor."),
         ("grace", "Still drops today, about every ten minutes.")),
    ),
    Seed(
        "OPS", "Bug", "VPN client cannot connect after macOS update",
        "After the latest macOS update the VPN client stays at 'Connecting' and times out.\n\n"
        "Error code 809. Removing and adding the profile does not help.",
        19, "Done", "High", "linus", "ada", ("vpn", "macos"), ("Network",), _team("Workplace"),
        (("ada", "Fixed with client 5.2. Please update from the self-service portal."),),
    ),
    Seed(
        "OPS", "Incident", "VPN gateway down, remote staff cannot work",
        "The VPN gateway stopped answering at 07:40. About 120 remote people could not connect.\n\n"
        "Restarting the gateway helped; the certificate of the second node had expired.",
        41, "Done", "Highest", "ada", "ada", ("vpn", "outage"), ("Network",), _severity("SEV1 - Outage"),
    ),
    Seed(
        "OPS", "Bug", "Login fails with 'invalid state' after the SSO change",
        "Since the single sign-on change on Monday some people cannot log in. The browser shows 'invalid state' after "
        "the redirect.\n\nA private window helps. Probably an old session cookie.",
        4, "To Do", "High", "grace", "", ("sso", "login"), ("Identity",), _team("Identity"),
        (("ada", "Clearing the cookies of the login page helps as a workaround."),),
    ),
    Seed(
        "OPS", "Bug", "Password reset e-mail never arrives",
        "People who ask for a password reset get no e-mail. It is not in the spam folder either.\n\n"
        "Happens for addresses of the new domain only.",
        12, "In Progress", "Medium", "linus", "grace", ("login", "email"), ("Identity", "E-mail"), _team("Identity"),
    ),
    Seed(
        "OPS", "Bug", "Two-factor codes are rejected on phones with wrong time",
        "Authenticator codes are refused when the phone's clock is more than 30 seconds off.",
        33, "Done", "Low", "margaret", "grace", ("login", "2fa"), ("Identity",), _team("Identity"),
    ),
    Seed(
        "OPS", "Incident", "E-mail delivery delayed by up to two hours",
        "Outgoing e-mail is queued. Customers get order confirmations up to two hours late.\n\n"
        "The relay answers '451 try again later'. Started at about 09:15.",
        2, "In Progress", "Highest", "ada", "linus", ("email", "delay"), ("E-mail",), _severity("SEV2 - Major"),
        (("linus", "The provider throttles us since the newsletter went out. Ticket open with them."),),
    ),
    Seed(
        "OPS", "Bug", "Calendar invitations arrive without a time zone",
        "Invitations sent from the booking tool show the wrong hour for people abroad.",
        27, "To Do", "Low", "margaret", "", ("calendar",), ("E-mail",), _team("Workplace"),
    ),
    Seed(
        "OPS", "Bug", "Printer on the second floor prints blank pages",
        "The printer next to the kitchen takes jobs and prints blank pages. Toner was replaced last week.",
        9, "To Do", "Low", "linus", "", ("printer",), ("Workplace",), _team("Workplace"),
    ),
    Seed(
        "OPS", "Task", "Order a replacement for the printer on the first floor",
        "The paper feed is worn out. Two offers are attached to the purchase request.",
        16, "In Progress", "Low", "grace", "ada", ("printer",), ("Workplace",),
    ),
    Seed(
        "OPS", "Task", "New laptop for the finance team",
        "Finance starts a new colleague on the first of next month. Standard laptop, two screens.",
        3, "To Do", "Medium", "grace", "", ("hardware",), ("Workplace",),
    ),
    Seed(
        "OPS", "Bug", "Monthly report is empty for customers with two contracts",
        "The monthly usage report shows no rows if a customer has two contracts. With one contract it is right.",
        14, "In Progress", "Medium", "ada", "grace", ("report",), ("Reporting",), _team("Platform"),
    ),
    Seed(
        "OPS", "Bug", "Invoice shows tax twice for orders from Norway",
        "Orders shipped to Norway list value added tax twice. The total is right, the lines are not.",
        22, "Done", "High", "grace", "linus", ("invoice", "tax"), ("Billing",), _team("Payments"),
    ),
    Seed(
        "OPS", "Incident", "Payments by card declined for all customers",
        "From 14:02 to 14:37 every card payment was declined. The certificate of the payment provider had changed.",
        58, "Done", "Highest", "linus", "ada", ("payment", "outage"), ("Billing",), _severity("SEV1 - Outage"),
    ),
    Seed(
        "OPS", "Bug", "Shared drive is read-only for new people",
        "People who joined this month can open the shared drive but not save to it.",
        1, "To Do", "Medium", "margaret", "", ("permissions",), ("Identity",), _team("Identity"),
    ),
    Seed(
        "OPS", "Task", "Rotate the API keys of the monitoring",
        "The keys expire at the end of the quarter. Rotate them and update the runbook.",
        8, "To Do", "Medium", "ada", "linus", ("security",), ("Network",),
    ),
    Seed(
        "WEB", "Bug", "PDF export is empty",
        "Exporting a report to PDF gives a file with one blank page. CSV export of the same report is fine.\n\n"
        "Chrome and Firefox, since version 3.4.",
        5, "In Progress", "High", "grace", "linus", ("export", "pdf"), ("Export",), {},
        (("linus", "The renderer times out on reports with more than 200 rows."),),
    ),
    Seed(
        "WEB", "Bug", "Export to Excel loses the umlauts",
        "Names with umlauts are garbled in the Excel export. The page shows them right.",
        30, "Done", "Low", "margaret", "linus", ("export",), ("Export",),
    ),
    Seed(
        "WEB", "Bug", "Checkout answers 500 when a voucher is used",
        "Paying with a voucher ends in 'Something went wrong'. The log shows HTTP 500 from the checkout service.\n\n"
        "Without a voucher the order goes through.",
        2, "To Do", "Highest", "ada", "", ("checkout", "voucher"), ("Checkout",), {},
        (("grace", "About 30 customers wrote in since this morning."),),
    ),
    Seed(
        "WEB", "Bug", "Checkout forgets the delivery address after login",
        "Guests who log in during checkout have to type their address again.",
        17, "To Do", "Medium", "linus", "", ("checkout",), ("Checkout",),
    ),
    Seed(
        "WEB", "Bug", "Dashboard takes 20 seconds to load",
        "The dashboard is slow in the morning: 20 seconds and more until the charts show. In the evening it is fast.",
        7, "In Progress", "High", "linus", "grace", ("performance", "dashboard"), ("Dashboard",), {},
        (("grace", "The query for the weekly chart scans the whole table. An index is being added."),),
    ),
    Seed(
        "WEB", "Bug", "Charts on the dashboard overlap on small screens",
        "On tablets the two lower charts overlap and their legends cannot be read.",
        25, "To Do", "Low", "margaret", "", ("dashboard", "layout"), ("Dashboard",),
    ),
    Seed(
        "WEB", "Bug", "Search finds nothing for article numbers with a dash",
        "Searching for 'AB-1234' finds nothing although the article exists. 'AB1234' finds it.",
        11, "Done", "Medium", "ada", "linus", ("search",), ("Search",),
    ),
    Seed(
        "WEB", "Task", "Renew the certificate of the status page",
        "The certificate of the status page expires next month.",
        13, "To Do", "Medium", "ada", "ada", ("certificate",),
    ),
    Seed(
        "WEB", "Story", "Visitors can save a search",
        "As a visitor I want to save a search and be told when new articles match.", 20,
        reporter="grace",
    ),
    Seed(
        "OPS", "Task", "Who shared the VPN password of the board",
        "For those who look into it only. The login came from the guest Wi-Fi.",
        60, reporter="grace", viewers=("grace",),
    ),
    Seed(
        "HR", "Task", "Prepare the salary round", "Only for the people team.", 15,
    ),
    Seed(
        "SECRET", "Task", "Prepare the offer for the VPN supplier takeover",
        "Confidential until the board has decided.", 10, reporter="grace",
    ),
)  # fmt: skip
