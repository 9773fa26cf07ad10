"""The page of a plan served to the planner's own machine, where also what the page alone cannot redo is worked out.

A server on 127.0.0.1 holds one plan in memory. It hands out the page of the map to who has the key, works out tries for
it (optimal quotas, sites, land that somebody drew), and writes nothing but scenarios on request.
"""

from maps.serve.plan_server import PlanServer, TriedPlans

__all__ = ["PlanServer", "TriedPlans"]
