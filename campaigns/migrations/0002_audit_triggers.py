"""Audit rows can be added and read, never changed or removed."""

from django.db import migrations

from campaigns.migrations._audit_triggers import install, remove


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
