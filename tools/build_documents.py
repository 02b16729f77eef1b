"""Builds the PDFs that go out with replies from their sources: every templates/*/documents/*.fodt becomes a .pdf.

LibreOffice writes them tagged (PDF/UA-1), with title and language, so that screen readers can use them.
`--word FOLDER` writes .docx copies as well, for people who edit in Word.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
_PDF = (
    'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"DisplayPDFDocumentTitle":{"type":"boolean","value":"true"}}'
)


def main() -> int:
    """Build all documents; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--word", type=Path, metavar="FOLDER", help="write .docx copies into FOLDER")
    options = parser.parse_args()
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice is not installed (Debian package libreoffice-writer)", file=sys.stderr)
        return 69
    sources = sorted(TEMPLATES.glob("*/documents/*.fodt"))
    for source in sources:
        print(convert(office, source, _PDF, source.parent))
        if options.word:
            print(convert(office, source, "docx", options.word))
    return 0


def convert(office: str, source: Path, target: str, folder: Path) -> Path:
    """Write `source` as `target` ("docx", or a filter with its options) into `folder`; return the new file."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [office, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", target]
        command += ["--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{source.stem}.{target.split(':')[0]}"


if __name__ == "__main__":
    sys.exit(main())
