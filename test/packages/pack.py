"""`pio pkg pack FOLDER --output FILE` without the list of licences, which PlatformIO would fetch."""
import sys

from platformio.package.manifest.schema import ManifestSchema
from platformio.package.pack import PackagePacker

ManifestSchema.load_spdx_licenses = staticmethod(lambda: {"licenses": [{"licenseId": "MIT"}]})
folder, archive = sys.argv[1:]
PackagePacker(folder).pack(archive)
