"""What people see: the web map, tables, report, the run folder and the command."""

from maps.errors import BusyError as BusyError
from maps.errors import DamagedRunError as DamagedRunError
from maps.errors import WriteError as WriteError
from maps.palette import zone_fills as zone_fills
from maps.lettering import visible as visible
from maps.outlines import Frame as Frame
from maps.report_words import LANGUAGES as LANGUAGES
from maps.legends import Block as Block
from maps.pictures import picture as picture
from maps.leaves import Chapter as Chapter
from maps.editions import Edition as Edition
from maps.chapters import summary as summary
from maps.annexes import sources as sources
from maps.reports import report as report
from maps.reports import write_report as write_report
