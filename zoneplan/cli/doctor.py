"""The doctor: what zoneplan stands on in this environment, and what of it is missing, unsafe or in its way."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

import pyproj
import shapely

from layers.errors import shown
from layers.formats import ALLOWED, load_gdal, loaded_drivers
from layers.phrases import AND, SEMICOLON, Phrase, phrase_list, template
from layers.sandbox import can_fork, confinements
from maps.web import LIBRARIES
from zoneplan.cli.spoken_language import in_words

Level = Literal["ok", "note", "problem"]

DISTRIBUTION = "zoneplan"
PACKAGES = ("layers", "zoning", "maps")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXIT_PROBLEM = 2

_SHOWN_VERSIONS = ("zoneplan", "geopandas", "shapely", "pyogrio", "rasterio", "pyproj", "folium", "pandas", "numpy")
_LEVELS: Mapping[Level, str] = {
    "ok": template("ok: {text}"),
    "note": template("note: {text}"),
    "problem": template("problem: {text}"),
}
_NOT_KEPT: Mapping[str, Phrase] = {
    "seccomp": Phrase(
        "starting programs, signalling your other processes, and the network where it gets no namespace (no seccomp)"
    ),
    "landlock": Phrase("reading all that you may read, the environment of your other processes included (no Landlock)"),
}
_GEOS_FIXED = (3, 15)
_GDAL_RAW_LIMITS = (3, 12)


class Symptom(NamedTuple):
    """One thing that the doctor has to say."""

    topic: str
    level: Level
    text: str


class DiagnosisContent(TypedDict):
    """What the doctor says, for programs: each symptom by topic, level and text."""

    versions: dict[str, str]
    symptoms: list[dict[str, str]]


@dataclass(frozen=True)
class Diagnosis:
    """All that the doctor has to say."""

    versions: Mapping[str, str]
    symptoms: tuple[Symptom, ...]

    @property
    def exit_code(self) -> int:
        """0, or 2 where there is a problem."""
        return EXIT_PROBLEM if any(symptom.level == "problem" for symptom in self.symptoms) else 0

    def as_dict(self) -> DiagnosisContent:
        """For machines: versions and symptoms."""
        return {
            "versions": dict(self.versions),
            "symptoms": [
                {"topic": symptom.topic, "level": symptom.level, "text": in_words(symptom.text)}
                for symptom in self.symptoms
            ],
        }

    def text(self) -> str:
        """For people: versions first, then one line a symptom."""
        width = max(len(name) for name in self.versions)
        lines = [f"{name:<{width}}  {version}" for name, version in self.versions.items()]
        texts = (in_words(Phrase(_LEVELS[symptom.level], text=symptom.text)) for symptom in self.symptoms)
        return "\n".join([*lines, "", *texts])


def diagnose(folder: Path | None = None) -> Diagnosis:
    """What zoneplan stands on here.

    Examples
    --------
    >>> {one.topic for one in diagnose().symptoms} >= {"drivers", "holes", "names", "files", "browser", "folder"}
    True
    """
    versions = _versions()
    drivers = loaded_drivers()
    symptoms = (
        *_missing(_requirements()),
        *judge_drivers(drivers),
        *judge_holes(drivers, shapely.geos_version, _gdal("rasterio")),
        judge_reader(confinements(), forks=can_fork()),
        *judge_owners({name: owners for name, owners in metadata.packages_distributions().items() if name in PACKAGES}),
        *_libraries(),
        _databases(),
        _browser(),
        _writable(folder or Path.cwd()),
    )
    return Diagnosis(versions, symptoms)


def judge_drivers(loaded: Iterable[str]) -> Iterator[Symptom]:
    """What of GDAL can be opened in this process, beside what may be.

    Examples
    --------
    >>> [one.level for one in judge_drivers(sorted(ALLOWED))], [one.level for one in judge_drivers([*ALLOWED, "VRT"])]
    (['ok'], ['note'])
    >>> [one.level for one in judge_drivers(["GPKG"])]
    ['problem']
    """
    drivers = set(loaded)
    lacking = sorted(
        {"GPKG", "GTiff", "GeoJSON", "ESRI Shapefile", "FlatGeobuf", "GeoJSONSeq", "OpenFileGDB"} - drivers
    )
    further = sorted(drivers - ALLOWED)
    if lacking:
        yield Symptom(
            "drivers",
            "problem",
            Phrase(
                "GDAL lacks the drivers {drivers}: install pyogrio and rasterio anew, from wheels.",
                drivers=", ".join(lacking),
            ),
        )
    if further:
        yield Symptom(
            "drivers",
            "note",
            Phrase(
                "GDAL has loaded drivers that zoneplan does not use ({drivers}), as in any program but the command. "
                "The driver of a file is named or checked at each open.",
                drivers=shown(further),
            ),
        )
    if not lacking and not further:
        yield Symptom(
            "drivers", "ok", Phrase("GDAL can open nothing but {drivers}.", drivers=", ".join(sorted(drivers)))
        )


def judge_reader(means: Sequence[str], *, forks: bool) -> Symptom:
    """Who opens the files of a plan here, and what that process is kept from.

    Examples
    --------
    >>> [judge_reader(means, forks=True).level for means in (("seccomp", "landlock"), ("seccomp",))]
    ['ok', 'note']
    """
    if not forks:
        return Symptom(
            "reader",
            "note",
            Phrase(
                "Files are opened by the command itself: this system copies no process safely. [limits] of a plan hold "
                "for the size of files only, and a file that crashes a library ends the command."
            ),
        )
    lacking = [_NOT_KEPT[name] for name in _NOT_KEPT if name not in means]
    if lacking:
        return Symptom(
            "reader",
            "note",
            Phrase(
                "Files are opened by a process of their own within [limits] of the plan, with an emptied environment, "
                "but this system does not keep what takes it over from {lacking}. Open only files of people you trust.",
                lacking=phrase_list(lacking, SEMICOLON),
            ),
        )
    return Symptom(
        "reader",
        "ok",
        Phrase(
            "Files are opened by a process of their own within [limits] of the plan, with an emptied environment, kept "
            "from the network, from other programs and processes and from other files by {means}.",
            means=phrase_list(means, AND),
        ),
    )


def judge_holes(drivers: Iterable[str], geos: tuple[int, ...], gdal: tuple[int, ...]) -> Iterator[Symptom]:
    """Known holes of the libraries here, and what stands before each.

    Examples
    --------
    >>> [one.level for one in judge_holes(["GPKG"], (3, 15, 0), (3, 12, 1))]
    ['ok']
    >>> [one.text.split(":")[0] for one in judge_holes(["GPKG", "VRT"], (3, 14, 1), (3, 10, 3))]
    ['VRT (reads other files, and the network)', 'GEOS 3.14.1 ends the process on collections nested 200,000 deep']
    """
    loaded = set(drivers)
    any_open = False
    tricks = {
        "VRT": Phrase("reads other files, and the network"),
        "OGR_VRT": Phrase("reads other files"),
        "MRF": Phrase("writes a file of the sender's choice when it is read"),
        "GDALG": Phrase("runs a pipeline over other files"),
    }
    for driver, trick in tricks.items():
        if driver in loaded:
            any_open = True
            is_open = driver == "VRT" and gdal < _GDAL_RAW_LIMITS
            yield Symptom(
                "holes",
                "note",
                Phrase(
                    "{driver} ({trick}): its driver is loaded here, but zoneplan never opens a file by it.{limits}",
                    driver=driver,
                    trick=trick,
                    limits=Phrase(" This GDAL ignores the settings that limit it.") if is_open else "",
                ),
            )
    if tuple(geos) < _GEOS_FIXED:
        any_open = True
        version = ".".join(map(str, geos))
        yield Symptom(
            "holes",
            "note",
            Phrase(
                "GEOS {version} ends the process on collections nested 200,000 deep: zoneplan counts the depth of what "
                "it reads and refuses more than 32; GEOS 3.15 mends it for other tools, too.",
                version=version,
            ),
        )
    if not any_open:
        yield Symptom("holes", "ok", Phrase("No hole of the libraries that zoneplan knows of is open here."))


def judge_owners(owners: Mapping[str, Iterable[str]]) -> Iterator[Symptom]:
    """Whether another distribution has one of the import names.

    Where it is the other's package that is found, this one is not reached: ``zoneplan`` says so before anything loads.

    Examples
    --------
    >>> [one.level for one in judge_owners({"layers": ["zoneplan"]})]
    ['ok']
    >>> [one.text for one in judge_owners({"layers": ["layers", "zoneplan"]})][0][:49]
    "'layers' is also installed by the package layers:"
    """
    clash = False
    for name in PACKAGES:
        others = sorted({owner for owner in owners.get(name, ()) if _plain(owner) != DISTRIBUTION})
        if others:
            clash = True
            yield Symptom(
                "names",
                "problem",
                Phrase(
                    "'{name}' is also installed by the package {others}: one has overwritten the other. Install "
                    "zoneplan in an environment of its own, or uninstall {first} and install zoneplan anew.",
                    name=name,
                    others=", ".join(others),
                    first=others[0],
                ),
            )
    if not clash:
        yield Symptom("names", "ok", Phrase("{packages} are zoneplan's own.", packages=", ".join(PACKAGES)))


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
    for name in _SHOWN_VERSIONS:
        versions[name] = _version(name) or in_words(Phrase("not installed as a package"))
    versions["shapely"] += f" (GEOS {shapely.geos_version_string})"
    versions["pyproj"] += f" (PROJ {pyproj.proj_version_str})"
    for name in ("pyogrio", "rasterio"):
        versions[name] += f" (GDAL {'.'.join(map(str, _gdal(name)))})"
    return versions


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _gdal(name: str) -> tuple[int, ...]:
    load_gdal("pyogrio")
    load_gdal("rasterio")
    import pyogrio  # noqa: PLC0415  (loaded by load_gdal)
    import rasterio  # noqa: PLC0415  (as above)

    text = pyogrio.__gdal_version_string__ if name == "pyogrio" else rasterio.__gdal_version__
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _requirements() -> list[str]:
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []


def _missing(requirements: Iterable[str]) -> Iterator[Symptom]:
    """What zoneplan asks for and nobody has installed; extras are left aside."""
    for requirement in requirements:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if name and "extra ==" not in requirement and _version(name[0]) is None:
            yield Symptom(
                "versions",
                "problem",
                Phrase("{name} is not installed: install zoneplan anew (pip install zoneplan).", name=name[0]),
            )


def _databases() -> Symptom:
    """Whether tables of databases can be read; where one is and who may enter is asked and told nowhere."""
    version = _version("psycopg")
    if version is None:
        return Symptom(
            "databases",
            "note",
            Phrase("Tables of PostGIS cannot be read: psycopg is not installed (pip install zoneplan[postgis])."),
        )
    return Symptom("databases", "ok", Phrase("psycopg {version} reads tables of PostGIS.", version=version))


def _libraries() -> Iterator[Symptom]:
    """The scripts and styles that the map holds in itself."""
    lacking: dict[str, str] = {}
    for package, inner in LIBRARIES.values():
        try:
            there = Path(str(metadata.distribution(package).locate_file(inner))).is_file()
        except metadata.PackageNotFoundError:
            there = False
        if not there:
            lacking[inner.rsplit("/", maxsplit=1)[-1]] = package
    if lacking:
        message = Phrase(
            "the map needs {files}: pip install --force-reinstall {packages}.",
            files=phrase_list(
                Phrase("{file} of {package}", file=file, package=package) for file, package in lacking.items()
            ),
            packages=" ".join(sorted(set(lacking.values()))),
        )
        yield Symptom("files", "problem", message)
    else:
        yield Symptom("files", "ok", Phrase("Leaflet and jQuery are there for the map, which needs no network."))


def _browser() -> Symptom:
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium:
        return Symptom(
            "browser", "ok", Phrase("Chromium is there ({path}); only tests of the map use it.", path=chromium)
        )
    message = Phrase("Chromium is not there; only tests of the map use it, any browser opens the map.")
    return Symptom("browser", "note", message)


def _writable(folder: Path) -> Symptom:
    if os.access(folder, os.W_OK | os.X_OK):
        return Symptom("folder", "ok", Phrase("{folder} can be written to.", folder=folder))
    message = Phrase("{folder} cannot be written to: go elsewhere, or name a folder with --out.", folder=folder)
    return Symptom("folder", "note", message)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
