from zoneplan import *
from zoning.study import read_study as read_study
