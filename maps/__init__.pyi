from zoneplan import *
from zoneplan.cli import progress as progress
