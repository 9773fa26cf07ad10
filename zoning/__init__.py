"""Decide: overlay, measure, classify, resolve, allocate, assign. Touches no file but its rulebooks."""

from zoning.errors import InfeasibleError as InfeasibleError
from zoning.errors import MissingValueError as MissingValueError
from zoning.errors import RulebookError as RulebookError
from zoning.errors import near as near
from zoning.wording import said_in as said_in
from zoning.wording import text_in as text_in
from zoning.wording import instrument_in as instrument_in
from zoning.wording import name_text as name_text
from zoning.wording import unit_in as unit_in
from zoning.wording import industry_words as industry_words
from zoning.wording import finding_words as finding_words
from zoning.tables import CONFLICTS as CONFLICTS
from zoning.tables import CSV_TABLES as CSV_TABLES
from zoning.tables import INDUSTRIES as INDUSTRIES
from zoning.tables import MEASURES as MEASURES
from zoning.tables import QUOTA_RULES as QUOTA_RULES
from zoning.tables import SITES as SITES
from zoning.tables import SITINGS as SITINGS
from zoning.tables import SOLUTIONS as SOLUTIONS
from zoning.tables import TABLES as TABLES
from zoning.tables import Table as Table
from zoning.tables import tabulate as tabulate
from zoning.rulebook import Floor as Floor
from zoning.rulebook import Indicator as Indicator
from zoning.rulebook import Line as Line
from zoning.rulebook import Parameter as Parameter
from zoning.rulebook import Policy as Policy
from zoning.rulebook import Rule as Rule
from zoning.rulebook import Zone as Zone
from zoning.rulebook import DerivedBand as DerivedBand
from zoning.rulebook import DerivedBand as Band  # noqa: F401  (its name before)
from zoning.rulebook import Derived as Derived
from zoning.rulebook import Norm as Norm
from zoning.rulebook import Locked as Locked
from zoning.rulebook import Industry as Industry
from zoning.rulebook import Case as Case
from zoning.rulebook import AgreementModel as AgreementModel
from zoning.rulebook import Scheme as Scheme
from zoning.rulebook import Classification as Classification
from zoning.rulebook import builtin_classifications as builtin_classifications
from zoning.rulebook import read_classification as read_classification
from zoning.rulebook import builtin_rulebooks as builtin_rulebooks
from zoning.rulebook import condition_faults as condition_faults
from zoning.rulebook import day_faults as day_faults
from zoning.rulebook import EXCEPTION as EXCEPTION
from zoning.rulebook import provision_faults as provision_faults
from zoning.rulebook import land_faults as land_faults
from zoning.rulebook import industry_faults as industry_faults
from zoning.rulebook import scheme_faults as scheme_faults
from zoning.rulebook import lasting_faults as lasting_faults
from zoning.rulebook import rulebook_faults as rulebook_faults
from zoning.rulebook import calendar_faults as calendar_faults
from zoning.rulebook import Rulebook as Rulebook
from zoning.rulebook import Value as Value
from zoning.rulebook import read_rulebook as read_rulebook
from zoning.policies import Match as Match
from zoning.policies import Verdict as Verdict
from zoning.policies import count_industries as count_industries
from zoning.policies import judge_industry as judge_industry
from zoning.policies import list_industries as list_industries
from zoning.plan import Assumption as Assumption
from zoning.plan import Plan as Plan
from zoning.rulebook import without_unused_topics as without_unused_topics
from zoning.rulebook import without_unused_topics as narrow  # noqa: F401  (its name before)
from zoning.measures import places_of as places_of
from zoning.measures import derive as derive
from zoning.measures import assumed as assumed
from zoning.measures import complete_measures as complete_measures
from zoning.measures import complete_measures as complete  # noqa: F401  (its name before)
from zoning.overlays import partition as partition
from zoning.overlays import overlay as overlay
from zoning.overlays import settle_lines as settle_lines
from zoning.overlays import tabulate_lines as tabulate_lines
from zoning.zones import weigh_floors as weigh_floors
from zoning.measures import summarise_lines as summarise_lines
from zoning.measures import summarise_points as summarise_points
from zoning.measures import DEDUCTED_ROLES as DEDUCTED_ROLES
from zoning.measures import deducted_roles as deducted_roles
from zoning.measures import measure as measure
from zoning.measures import undeducted as undeducted
from zoning.explanations import assume as assume
from zoning.explanations import assume_scheme as assume_scheme
from zoning.explanations import assumption_title as assumption_title
from zoning.zones import ParentUnits as ParentUnits
from zoning.zones import ParentUnits as Wholes  # noqa: F401  (its name before)
from zoning.zones import first_part as first_part
from zoning.zones import gather_parents as gather_parents
from zoning.zones import gather_parents as gather_wholes  # noqa: F401  (its name before)
from zoning.zones import refinements as refinements
from zoning.zones import RuleEvaluation as RuleEvaluation
from zoning.zones import RuleEvaluation as Question  # noqa: F401  (its name before)
from zoning.zones import inherited_reason as inherited_reason
from zoning.zones import locked_elsewhere as locked_elsewhere
from zoning.zones import locked_units as locked_units
from zoning.zones import DECISION as DECISION
from zoning.zones import decision_faults as decision_faults
from zoning.zones import DEFAULT_RULE as DEFAULT_RULE
from zoning.zones import classify as classify
from zoning.zones import resolve as resolve
from zoning.zones import flips as flips
from zoning.zones import conflicts as conflicts
from zoning.zones import STANDINGS as STANDINGS
from zoning.zones import decision_status as decision_status
from zoning.zones import decision_status as standings  # noqa: F401  (its name before)
from zoning.solver import Step as Step
from zoning.solver import Webster as Webster
from zoning.solver import Webster as Contest  # noqa: F401  (its name before)
from zoning.solver import GroupTree as GroupTree
from zoning.solver import GroupTree as Family  # noqa: F401  (its name before)
from zoning.solver import apportion as apportion
from zoning.solver import find_binding as find_binding
from zoning.quotas import factors as factors
from zoning.solver import Programme as Programme
from zoning.solver import LinearConstraint as LinearConstraint
from zoning.solver import LinearConstraint as Row  # noqa: F401  (its name before)
from zoning.solver import sifting as sifting
from zoning.solver import sifting as sift  # noqa: F401  (its name before)
from zoning.solver import LpSolution as LpSolution
from zoning.solver import LpSolution as Answer  # noqa: F401  (its name before)
from zoning.solver import solve as solve
from zoning.solver import allocate_greedily as allocate_greedily
from zoning.solver import allocate_greedily as fill  # noqa: F401  (its name before)
from zoning.solver import nested_caps as nested_caps
from zoning.solver import nested_caps as nest  # noqa: F401  (its name before)
from zoning.solver import Optimum as Optimum
from zoning.solver import find_best as find_best
from zoning.solver import search_swaps as search_swaps
from zoning.solver import search_swaps as swap  # noqa: F401  (its name before)
from zoning.solver import composite as composite
from zoning.solver import find_most_equal as find_most_equal
from zoning.solver import find_most_equal as find_evenest  # noqa: F401  (its name before)
from zoning.solver import gini as gini
from zoning.solver import find_conflict as find_conflict
from zoning.quotas import groups_of as groups_of
from zoning.quotas import Bounds as Bounds
from zoning.quotas import Limiting as Limiting
from zoning.quotas import Jurisdiction as Jurisdiction
from zoning.quotas import apply_transfers as apply_transfers
from zoning.quotas import apply_transfers as transfer  # noqa: F401  (its name before)
from zoning.quotas import Constraints as Constraints
from zoning.quotas import Constraints as Demands  # noqa: F401  (its name before)
from zoning.quotas import RESERVE as RESERVE
from zoning.quotas import WeightedQuota as WeightedQuota
from zoning.quotas import WeightedQuota as Handing  # noqa: F401  (its name before)
from zoning.quotas import Solution as Solution
from zoning.quotas import TracedAllocation as TracedAllocation
from zoning.quotas import TracedAllocation as Handed  # noqa: F401  (its name before)
from zoning.quotas import allocate as allocate
from zoning.quotas import allocate_traced as allocate_traced
from zoning.quotas import allocate_traced as hand_down  # noqa: F401  (its name before)
from zoning.siting import Plots as Plots
from zoning.siting import Surroundings as Surroundings
from zoning.siting import Ground as Ground
from zoning.siting import find_ground as find_ground
from zoning.siting import cut_strip as cut_strip
from zoning.siting import site as site
from zoning.checks import siting_faults as siting_faults
from zoning.wording import optimum_lines as optimum_lines
from zoning.wording import price_words as price_words
from zoning.wording import rule_name as rule_name
from zoning.wording import rule_words as rule_words
from zoning.wording import solution_words as solution_words
from zoning.compensation import itemise_services as itemise_services
from zoning.compensation import measure_names as measure_names
from zoning.compensation import value_services as value_services
from zoning.wording import money_words as money_words
from zoning.compensation import BUDGET as BUDGET
from zoning.compensation import POOL as POOL
from zoning.compensation import known_parties as known_parties
from zoning.compensation import parties_of_unit as parties_of_unit
from zoning.compensation import complete_agreement as complete_agreement
from zoning.compensation import index_of as index_of
from zoning.compensation import settle_agreement as settle_agreement
from zoning.compensation import settle_agreement as settle  # noqa: F401  (its name before)
from zoning.compensation import expand_agreements as expand_agreements
from zoning.compensation import expand_agreements as whole_agreements  # noqa: F401  (its name before)
from zoning.compensation import TransferContext as TransferContext
from zoning.compensation import TransferContext as Sight  # noqa: F401  (its name before)
from zoning.compensation import pay_transfer as pay_transfer
from zoning.compensation import pay_transfer as hand_over  # noqa: F401  (its name before)
from zoning.compensation import river_pairs as river_pairs
from zoning.compensation import account as account
from zoning.compensation import party_faults as party_faults
from zoning.compensation import positions as positions
from zoning.checks import ExpectedColumns as ExpectedColumns
from zoning.checks import ExpectedColumns as Foresight  # noqa: F401  (its name before)
from zoning.checks import flow_faults as flow_faults
from zoning.checks import flow_notes as flow_notes
from zoning.energy import annual_fall as annual_fall
from zoning.energy import chain_output as chain_output
from zoning.energy import energy_total as energy_total
from zoning.energy import fall_over_years as fall_over_years
from zoning.energy import implied_growth as implied_growth
from zoning.energy import intensity_change as intensity_change
from zoning.energy import over_fulfilment as over_fulfilment
from zoning.energy import target_progress as target_progress
from zoning.energy import target_progress as progress  # noqa: F401  (its name before)
from zoning.energy import trace_intensity as trace_intensity
from zoning.wording import colour_in as colour_in
from zoning.energy import scheme_in_force as scheme_in_force
from zoning.energy import scheme_in_force as scheme_of  # noqa: F401  (its name before)
from zoning.energy import apportion_energy as apportion_energy
from zoning.energy import apportion_energy as share_total  # noqa: F401  (its name before)
from zoning.energy import figures_of as figures_of
from zoning.energy import judge_energy as judge_energy
from zoning.policies import condition_contexts as condition_contexts
from zoning.policies import condition_contexts as sights  # noqa: F401  (its name before)
from zoning.zones import weigh_norms as weigh_norms
from zoning.policies import overrule as overrule
from zoning.policies import assign as assign
from zoning.policies import uncovered as uncovered
from zoning.policies import policy_parameters_of as policy_parameters_of
from zoning.policies import policy_parameters_of as settings_of  # noqa: F401  (its name before)
from zoning.policies import describe_parameters as describe_parameters
from zoning.policies import describe_parameters as tell_settings  # noqa: F401  (its name before)
from zoning.explanations import retell as retell
from zoning.policies import lists_in_force as lists_in_force
from zoning.policies import lists_in_force as held_lists  # noqa: F401  (its name before)
from zoning.policies import local_items as local_items
from zoning.policies import local_items as own_items  # noqa: F401  (its name before)
from zoning.policies import local_list_faults as local_list_faults
from zoning.policies import local_list_faults as own_list_faults  # noqa: F401  (its name before)
from zoning.explanations import ask_industry as ask_industry
from zoning.explanations import check_state as check_state
from zoning.explanations import items_at as items_at
from zoning.explanations import list_titles as list_titles
from zoning.explanations import check_coordinates as check_coordinates
from zoning.explanations import Place as Place
from zoning.explanations import at as at
from zoning.wording import why_unplaced as why_unplaced
from zoning.explanations import explain_sitings as explain_sitings
from zoning.explanations import find_unplaced as find_unplaced
from zoning.explanations import LINK as LINK
from zoning.explanations import clause_chain as clause_chain
from zoning.explanations import clause_chain as chain  # noqa: F401  (its name before)
from zoning.explanations import reason_record as reason_record
from zoning.explanations import reason_record as link  # noqa: F401  (its name before)
from zoning.explanations import records as records
from zoning.explanations import ANSWERS as ANSWERS
from zoning.explanations import ReasonLine as ReasonLine
from zoning.explanations import ReasonLine as Told  # noqa: F401  (its name before)
from zoning.explanations import rule_and_reason as rule_and_reason
from zoning.explanations import rule_and_reason as reasoned  # noqa: F401  (its name before)
from zoning.explanations import reason_lines as reason_lines
from zoning.explanations import reason_lines as tell  # noqa: F401  (its name before)
from zoning.explanations import explain_claims as explain_claims
from zoning.explanations import explain_lines as explain_lines
from zoning.explanations import quota_causes as quota_causes
from zoning.explanations import quota_causes as grant  # noqa: F401  (its name before)
from zoning.explanations import explain_quotas as explain_quotas
from zoning.explanations import explain_lights as explain_lights
from zoning.explanations import scheme_in_use as scheme_in_use
from zoning.explanations import scheme_parameters as scheme_parameters
from zoning.explanations import derived_in as derived_in
from zoning.explanations import explain_measures as explain_measures
from zoning.explanations import explain_norms as explain_norms
from zoning.explanations import norms_in as norms_in
from zoning.explanations import value_text as value_text
from zoning.explanations import why_text as why_text
from zoning.explanations import explain_services as explain_services
from zoning.explanations import explain_flows as explain_flows
from zoning.explanations import explain_policies as explain_policies
from zoning.explanations import policies_of as policies_of
from zoning.explanations import TREATMENTS as TREATMENTS
from zoning.explanations import explain_lists as explain_lists
from zoning.explanations import entry_heading as entry_heading
from zoning.explanations import entry_heading as heading  # noqa: F401  (its name before)
from zoning.explanations import explanation_lines as explanation_lines
from zoning.explanations import explanation_lines as narrate  # noqa: F401  (its name before)
from zoning.explanations import MATTERS as MATTERS
from zoning.explanations import Explanation as Explanation
from zoning.explanations import explain as explain
from zoning.explanations import trace as trace
from zoning.audits import RuleCoverage as RuleCoverage
from zoning.audits import RuleCoverage as Usage  # noqa: F401  (its name before)
from zoning.audits import rule_coverage_of as rule_coverage_of
from zoning.audits import rule_coverage_of as usage  # noqa: F401  (its name before)
from zoning.audits import usage_findings as usage_findings
from zoning.audits import case_flows as case_flows
from zoning.audits import case_faults as case_faults
from zoning.audits import Result as Result
from zoning.audits import run_cases as run_cases
from zoning.audits import audit as audit
from zoning.checks import energy_faults as energy_faults
from zoning.checks import energy_notes as energy_notes
from zoning.checks import known_roles as known_roles
from zoning.checks import origin_faults as origin_faults
from zoning.checks import rule_faults as rule_faults
from zoning.checks import quota_faults as quota_faults
from zoning.checks import repair_notes as repair_notes
from zoning.checks import read_inputs as read_inputs
from zoning.checks import check as check
from zoning.checks import complaints as complaints
from zoning.checks import group_absent as group_absent
from zoning.audits import OPEN as OPEN
from zoning.audits import plan_findings_of as plan_findings_of
from zoning.audits import plan_findings_of as find  # noqa: F401  (its name before)
from zoning.pipeline import STEPS as STEPS
from zoning.pipeline import run as run
