from zoneplan import *
