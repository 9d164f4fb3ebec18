"""Use cases: every write of the app. Keyword-only arguments, a role check, one transaction, an audit entry."""
