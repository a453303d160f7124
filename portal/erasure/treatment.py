"""What an erasure does to each table. Every table of the schema has a word here, or a test fails: nothing new may keep
a person whom nobody thought of."""

GOES: dict[str, tuple[str, ...]] = {
    "task": ("subscription_id",),
    "in_flight": ("subscription_id",),
    "group_recipient": ("subscription_id", "contact_id"),
    "scheduled_text": ("subscription_id", "contact_id"),
    "trigger_event": ("subscription_id", "contact_id"),
    "sorting": ("subscription_id",),
    "review_alarm": ("subscription_id",),
    "evidence_file": ("subscription_id",),
    "preference_link": ("subscription_id",),
    "invitation": ("subscription_id", "contact_id"),
    "archive_open": ("message_id",),
    "message": ("subscription_id",),
    "submission": ("contact_id", "id"),
    "contact_number": ("contact_id",),
    "contact_date": ("contact_id",),
    "project_contact": ("contact_id",),
    "contact_change": ("contact_id",),
    "contact": ("id",),
}
"""Tables whose rows about the person are deleted, in this order, and the columns that say whom a row is about."""

EMPTIED: dict[str, str] = {
    "ledger_entry": "values and salts emptied; hashes stay and verify (consent/erased_subscription.py)",
    "subscription": "deleted, but for its sealed id; one that another contact has too stays with them",
    "provider_event": "the raw event emptied; its key hashed, so that a repetition is still one",
    "webhook_delivery": "the payload emptied, what waits is dropped",
    "archive_item": "keeps its number without a gap; says that it was erased",
    "api_answer": "the answer emptied; the key stays used until it is a day old",
    "import_piece": "a row that waits keeps its place and loses its cells",
    "import_problem": "the same for a row that could not come in",
    "import_key": "one that is their number or address is deleted",
    "import_run": "a file's name or column that names them is taken out",
    "saved_view": "one whose filter names the person is deleted",
    "contact_group_member": "leaves the groups, whose sizes are counted",
    "contact_group": "counts one less",
    "status_count": "counts one less",
    "questionnaire": "counts one answer less",
}
"""Tables that `trace`, `list_trace`, `removal` and the rooms below them treat by hand."""

STAYS: dict[str, str] = {
    "allowance": "counters under keyed hashes, pruned after their window",
    "api_token": "the business's own",
    "archive": "how far it has come",
    "archive_journal": "the business's own",
    "audit_entry": "who did what to which opaque id; no name, number or text by its own rule",
    "automation": "the business's own words",
    "business": "the business itself",
    "canned_reply": "the business's own words",
    "disclaimer": "the business's own words",
    "erased_subscription": "opaque ids and seals",
    "erasure": "when, of which business",
    "flow": "the business's own words",
    "flow_version": "the business's own words",
    "group_message": "one text to many, which names nobody",
    "ledger_head": "the end of the chain",
    "member": "people of the business",
    "posting": "people of the business",
    "project": "the business's own words; its clients are in project_contact",
    "quarantine": "when nothing was sent, and why",
    "questionnaire_version": "the business's own words",
    "sender": "the business's own",
    "set_up_token": "no one's",
    "sign_in": "people of the business",
    "suppression": "the keyed opt-out, which is to stay",
    "webhook_endpoint": "the business's own",
    "whatsapp_template": "the business's own words",
    "wording": "the business's own words",
}
"""Tables that hold nobody's data, and why."""
