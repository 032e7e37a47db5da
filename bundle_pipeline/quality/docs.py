"""Data Docs: what the library writes of its suites and results, as pages of static HTML."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bundle_pipeline.quality.library import library, silenced, suite_of
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.quality.validate import facts_asked

_SITE = Path("gx", "uncommitted", "data_docs", "local_site")

# Moving pictures of how to use the library: 3 MB that no page needs.
_TUTORIALS = shutil.ignore_patterns("*.gif")

# The library's pages load styles, scripts and a counting pixel from other hosts; readers of a
# shop's quality are nobody's business, so nothing of that stays.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_REMOTE = re.compile(
    r"<(?:link|img|source|iframe|form|input)\b[^>]*?(?:href|src|srcset|action)\s*=\s*[\"']?https?:[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_HEAD = re.compile(r"<head>", re.IGNORECASE)
_OWN_HEAD = """<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'">
<style>
body { font-family: sans-serif; margin: 2rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid #ccc; padding: .3rem .6rem; text-align: left; }
.modal, .popover, button, [id*="cta"] { display: none; }
</style>
"""


def write_docs(profiles: Sequence[Profile], folder: Path) -> Path:
    """Write Data Docs of the suites over what the rows come to; no value of a row is in them.

    Args:
        profiles: One per kind; kinds of which nothing landed are left out.
        folder: Where to; made if missing, files of the same name are replaced.

    Returns:
        The page to start from.
    """
    gx = library()
    with TemporaryDirectory(prefix="bundle-pipeline-docs-") as project:
        context = silenced(gx.get_context(mode="file", project_root_dir=project))
        for profile in profiles:
            facts, questions = facts_asked(profile)
            if not questions:
                continue
            asset = context.data_sources.add_pandas(profile.kind).add_dataframe_asset("facts")
            validation = gx.ValidationDefinition(
                name=profile.kind,
                data=asset.add_batch_definition_whole_dataframe("all"),
                suite=context.suites.add(suite_of(profile.kind, questions)),
            )
            context.validation_definitions.add(validation).run(
                batch_parameters={"dataframe": facts.to_pandas()}
            )
        context.build_data_docs()
        shutil.copytree(Path(project, _SITE), folder, ignore=_TUTORIALS, dirs_exist_ok=True)
    for page in folder.rglob("*.html"):
        page.write_text(_self_contained(page.read_text(encoding="utf-8")), encoding="utf-8")
    return folder / "index.html"


def _self_contained(page: str) -> str:
    return _HEAD.sub(_OWN_HEAD, _REMOTE.sub("", _SCRIPT.sub("", page)), count=1)
