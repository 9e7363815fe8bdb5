"""Versions of the backend for tests: the image in use with one more file over it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.conftest import CLUSTER, devcluster
from tests.e2e.deployments import Deployment

NOTE = "contents/migrations/0002_note.py"
ADD_NOTE = '''\
"""A nullable column, which the version before does not know and does not need."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contents", "0001_initial")]
    operations = [migrations.AddField("content", "note", models.TextField(null=True))]
'''


def in_use(deployment: Deployment) -> str:
    """The backend's image."""
    web = deployment.kubectl.get("deployment", f"{deployment.name}-web")
    return str(web["spec"]["template"]["spec"]["containers"][0]["image"])


def layer(folder: Path, base: str, name: str, path: str, text: str) -> str:
    """Build and load an image with one file over the base's.

    Args:
        folder: for the context of the build.
        name: end of the new tag.
        path: below the Django project.
    """
    context = folder / name
    context.mkdir()
    (context / "file").write_text(text)
    (context / "Dockerfile").write_text(f"FROM {base}\nCOPY file /app/backend/{path}\n")
    tag = f"{base}-{name}"
    devcluster("docker", "build", "--tag", tag, str(context))
    devcluster("load", "--name", CLUSTER, tag)
    return tag


def take_back(deployment: Deployment) -> None:
    """Bring the schema of the contents back to the first one, by an image that knows the later ones."""
    web = f"deployment/{deployment.name}-web"
    deployment.kubectl("exec", web, "--", "python3", "manage.py", "migrate", "contents", "0001")
