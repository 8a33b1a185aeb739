"""Whether this version of ESP-IDF's component manager takes each idf_component.yml that is named; its word if not."""
import sys

try:
    from idf_component_tools.manager import ManifestManager
except ImportError:  # before 2.0
    from idf_component_tools.manifest import ManifestManager

for path in sys.argv[1:]:
    try:
        ManifestManager(path, "warmhello").load()
    except Exception as problem:
        sys.exit(str(problem))
