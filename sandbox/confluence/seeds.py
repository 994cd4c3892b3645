"""What the demo's wiki holds: one space with a few pages that people of an office look for."""

from __future__ import annotations

SPACE = "IT"
PAGES = {
    "Borrow a laptop": (
        "<p>Loan laptops are for travel and for the days on which yours is repaired.</p>"
        "<h2>How to get one</h2><p>Book a loan laptop in the calendar <em>Loan laptops</em>, at least one day ahead. "
        "Pick it up at the service desk on floor two between 9 and 11.</p>"
        "<h2>Bring it back</h2><p>Give a loan laptop back on the last day of the booking. "
        "The service desk erases it the same evening, so copy your files before.</p>"
    ),
    "Set up a printer": (
        "<p>All floors print through one queue, <code>follow-me</code>.</p>"
        "<h2>Add the printer</h2><p>Open the software catalogue, search for <em>follow-me</em>, and press Install. "
        "The first page asks for your badge at any printer.</p>"
        "<h2>It prints blank pages</h2><p>Choose the driver <em>PCL 6</em> in the printer's properties, "
        "not <em>PostScript</em>.</p>"
    ),
}
