"""Decide: overlay, measure, classify, resolve, allocate, assign. Touches no file but its rulebooks."""

from zoning.errors import InfeasibleError as InfeasibleError
from zoning.errors import MissingValueError as MissingValueError
from zoning.errors import RulebookError as RulebookError
from zoning.errors import near as near
from zoning.words import said_in as said_in
from zoning.words import text_in as text_in
from zoning.vocabulary import instrument_in as instrument_in
from zoning.vocabulary import name_text as name_text
from zoning.vocabulary import unit_in as unit_in
from zoning.industry_texts import industry_words as industry_words
from zoning.finding_words import finding_words as finding_words
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
from zoning.entries import Floor as Floor
from zoning.entries import Indicator as Indicator
from zoning.entries import Line as Line
from zoning.entries import Parameter as Parameter
from zoning.entries import Policy as Policy
from zoning.entries import Rule as Rule
from zoning.entries import Zone as Zone
from zoning.land_entries import DerivedBand as DerivedBand
from zoning.land_entries import DerivedBand as Band  # noqa: F401  (its name before)
from zoning.land_entries import Derived as Derived
from zoning.land_entries import Norm as Norm
from zoning.locked_entries import Locked as Locked
from zoning.industry_entries import Industry as Industry
from zoning.case_entries import Case as Case
from zoning.agreement_entries import AgreementModel as AgreementModel
from zoning.energy_entries import Scheme as Scheme
from zoning.classifications import Classification as Classification
from zoning.classifications import builtin_classifications as builtin_classifications
from zoning.classifications import read_classification as read_classification
from zoning.drafts import builtin_rulebooks as builtin_rulebooks
from zoning.conditions import condition_faults as condition_faults
from zoning.day_faults import day_faults as day_faults
from zoning.provisions import EXCEPTION as EXCEPTION
from zoning.provisions import provision_faults as provision_faults
from zoning.land_faults import land_faults as land_faults
from zoning.industry_faults import industry_faults as industry_faults
from zoning.scheme_faults import scheme_faults as scheme_faults
from zoning.soundness import lasting_faults as lasting_faults
from zoning.soundness import rulebook_faults as rulebook_faults
from zoning.calendars import calendar_faults as calendar_faults
from zoning.rulebook import Rulebook as Rulebook
from zoning.rulebook import Value as Value
from zoning.rulebook import read_rulebook as read_rulebook
from zoning.industries import Match as Match
from zoning.industries import Verdict as Verdict
from zoning.industries import count_industries as count_industries
from zoning.industries import judge_industry as judge_industry
from zoning.industries import list_industries as list_industries
from zoning.plans import Assumption as Assumption
from zoning.plans import Plan as Plan
from zoning.topics import without_unused_topics as without_unused_topics
from zoning.topics import without_unused_topics as narrow  # noqa: F401  (its name before)
from zoning.gatherings import places_of as places_of
from zoning.derivations import derive as derive
from zoning.indicators import assumed as assumed
from zoning.indicators import complete_measures as complete_measures
from zoning.indicators import complete_measures as complete  # noqa: F401  (its name before)
from zoning.partitions import partition as partition
from zoning.overlays import overlay as overlay
from zoning.lines import settle_lines as settle_lines
from zoning.lines import tabulate_lines as tabulate_lines
from zoning.floors import weigh_floors as weigh_floors
from zoning.summaries import summarise_lines as summarise_lines
from zoning.summaries import summarise_points as summarise_points
from zoning.measures import DEDUCTED_ROLES as DEDUCTED_ROLES
from zoning.measures import deducted_roles as deducted_roles
from zoning.measures import measure as measure
from zoning.measures import undeducted as undeducted
from zoning.assumptions import assume as assume
from zoning.assumptions import assume_scheme as assume_scheme
from zoning.assumptions import assumption_title as assumption_title
from zoning.wholes import ParentUnits as ParentUnits
from zoning.wholes import ParentUnits as Wholes  # noqa: F401  (its name before)
from zoning.wholes import first_part as first_part
from zoning.wholes import gather_parents as gather_parents
from zoning.wholes import gather_parents as gather_wholes  # noqa: F401  (its name before)
from zoning.wholes import refinements as refinements
from zoning.questions import RuleEvaluation as RuleEvaluation
from zoning.questions import RuleEvaluation as Question  # noqa: F401  (its name before)
from zoning.questions import inherited_reason as inherited_reason
from zoning.locked_units import locked_elsewhere as locked_elsewhere
from zoning.locked_units import locked_units as locked_units
from zoning.decisions import DECISION as DECISION
from zoning.decisions import decision_faults as decision_faults
from zoning.claims import DEFAULT_RULE as DEFAULT_RULE
from zoning.claims import classify as classify
from zoning.zones import resolve as resolve
from zoning.flips import flips as flips
from zoning.margins import conflicts as conflicts
from zoning.standings import STANDINGS as STANDINGS
from zoning.standings import decision_status as decision_status
from zoning.standings import decision_status as standings  # noqa: F401  (its name before)
from zoning.steps import Step as Step
from zoning.contests import Webster as Webster
from zoning.contests import Webster as Contest  # noqa: F401  (its name before)
from zoning.families import GroupTree as GroupTree
from zoning.families import GroupTree as Family  # noqa: F401  (its name before)
from zoning.apportionment import apportion as apportion
from zoning.apportionment import find_binding as find_binding
from zoning.weights import factors as factors
from zoning.programmes import Programme as Programme
from zoning.programmes import LinearConstraint as LinearConstraint
from zoning.programmes import LinearConstraint as Row  # noqa: F401  (its name before)
from zoning.siftings import sifting as sifting
from zoning.siftings import sifting as sift  # noqa: F401  (its name before)
from zoning.answers import LpSolution as LpSolution
from zoning.answers import LpSolution as Answer  # noqa: F401  (its name before)
from zoning.answers import solve as solve
from zoning.fillings import allocate_greedily as allocate_greedily
from zoning.fillings import allocate_greedily as fill  # noqa: F401  (its name before)
from zoning.fillings import nested_caps as nested_caps
from zoning.fillings import nested_caps as nest  # noqa: F401  (its name before)
from zoning.optima import Optimum as Optimum
from zoning.optima import find_best as find_best
from zoning.swaps import search_swaps as search_swaps
from zoning.swaps import search_swaps as swap  # noqa: F401  (its name before)
from zoning.evenness import composite as composite
from zoning.evenness import find_most_equal as find_most_equal
from zoning.evenness import find_most_equal as find_evenest  # noqa: F401  (its name before)
from zoning.evenness import gini as gini
from zoning.infeasibility import find_conflict as find_conflict
from zoning.groups import groups_of as groups_of
from zoning.bounds import Bounds as Bounds
from zoning.limits import Limiting as Limiting
from zoning.jurisdictions import Jurisdiction as Jurisdiction
from zoning.balances import apply_transfers as apply_transfers
from zoning.balances import apply_transfers as transfer  # noqa: F401  (its name before)
from zoning.demands import Constraints as Constraints
from zoning.demands import Constraints as Demands  # noqa: F401  (its name before)
from zoning.quota_rows import RESERVE as RESERVE
from zoning.handings import WeightedQuota as WeightedQuota
from zoning.handings import WeightedQuota as Handing  # noqa: F401  (its name before)
from zoning.solutions import Solution as Solution
from zoning.quotas import TracedAllocation as TracedAllocation
from zoning.quotas import TracedAllocation as Handed  # noqa: F401  (its name before)
from zoning.quotas import allocate as allocate
from zoning.quotas import allocate_traced as allocate_traced
from zoning.quotas import allocate_traced as hand_down  # noqa: F401  (its name before)
from zoning.selections import Plots as Plots
from zoning.surroundings import Surroundings as Surroundings
from zoning.grounds import Ground as Ground
from zoning.grounds import find_ground as find_ground
from zoning.strips import cut_strip as cut_strip
from zoning.sitings import site as site
from zoning.siting_checks import siting_faults as siting_faults
from zoning.prices import optimum_lines as optimum_lines
from zoning.prices import price_words as price_words
from zoning.prices import rule_name as rule_name
from zoning.prices import rule_words as rule_words
from zoning.prices import solution_words as solution_words
from zoning.services import itemise_services as itemise_services
from zoning.services import measure_names as measure_names
from zoning.services import value_services as value_services
from zoning.money_words import money_words as money_words
from zoning.parties import BUDGET as BUDGET
from zoning.parties import POOL as POOL
from zoning.parties import known_parties as known_parties
from zoning.parties import parties_of_unit as parties_of_unit
from zoning.agreements import complete_agreement as complete_agreement
from zoning.agreements import index_of as index_of
from zoning.agreements import settle_agreement as settle_agreement
from zoning.agreements import settle_agreement as settle  # noqa: F401  (its name before)
from zoning.agreements import expand_agreements as expand_agreements
from zoning.agreements import expand_agreements as whole_agreements  # noqa: F401  (its name before)
from zoning.needs import TransferContext as TransferContext
from zoning.needs import TransferContext as Sight  # noqa: F401  (its name before)
from zoning.transfers import pay_transfer as pay_transfer
from zoning.transfers import pay_transfer as hand_over  # noqa: F401  (its name before)
from zoning.rivers import river_pairs as river_pairs
from zoning.accounts import account as account
from zoning.accounts import party_faults as party_faults
from zoning.accounts import positions as positions
from zoning.foresights import ExpectedColumns as ExpectedColumns
from zoning.foresights import ExpectedColumns as Foresight  # noqa: F401  (its name before)
from zoning.flow_checks import flow_faults as flow_faults
from zoning.flow_checks import flow_notes as flow_notes
from zoning.intensities import annual_fall as annual_fall
from zoning.intensities import chain_output as chain_output
from zoning.intensities import energy_total as energy_total
from zoning.intensities import fall_over_years as fall_over_years
from zoning.intensities import implied_growth as implied_growth
from zoning.intensities import intensity_change as intensity_change
from zoning.intensities import over_fulfilment as over_fulfilment
from zoning.intensities import target_progress as target_progress
from zoning.intensities import target_progress as progress  # noqa: F401  (its name before)
from zoning.intensities import trace_intensity as trace_intensity
from zoning.energy_words import colour_in as colour_in
from zoning.energy_schemes import scheme_in_force as scheme_in_force
from zoning.energy_schemes import scheme_in_force as scheme_of  # noqa: F401  (its name before)
from zoning.energy_shares import apportion_energy as apportion_energy
from zoning.energy_shares import apportion_energy as share_total  # noqa: F401  (its name before)
from zoning.energy_figures import figures_of as figures_of
from zoning.energy import judge_energy as judge_energy
from zoning.sights import condition_contexts as condition_contexts
from zoning.sights import condition_contexts as sights  # noqa: F401  (its name before)
from zoning.norms import weigh_norms as weigh_norms
from zoning.overruling import overrule as overrule
from zoning.policies import assign as assign
from zoning.policies import uncovered as uncovered
from zoning.settings import policy_parameters_of as policy_parameters_of
from zoning.settings import policy_parameters_of as settings_of  # noqa: F401  (its name before)
from zoning.settings import describe_parameters as describe_parameters
from zoning.settings import describe_parameters as tell_settings  # noqa: F401  (its name before)
from zoning.retellings import retell as retell
from zoning.own_lists import lists_in_force as lists_in_force
from zoning.own_lists import lists_in_force as held_lists  # noqa: F401  (its name before)
from zoning.own_lists import local_items as local_items
from zoning.own_lists import local_items as own_items  # noqa: F401  (its name before)
from zoning.own_lists import local_list_faults as local_list_faults
from zoning.own_lists import local_list_faults as own_list_faults  # noqa: F401  (its name before)
from zoning.inquiries import ask_industry as ask_industry
from zoning.inquiries import check_state as check_state
from zoning.inquiries import items_at as items_at
from zoning.inquiries import list_titles as list_titles
from zoning.coordinates import check_coordinates as check_coordinates
from zoning.places import Place as Place
from zoning.places import at as at
from zoning.siting_words import why_unplaced as why_unplaced
from zoning.siting_explanations import explain_sitings as explain_sitings
from zoning.siting_explanations import find_unplaced as find_unplaced
from zoning.chains import LINK as LINK
from zoning.chains import clause_chain as clause_chain
from zoning.chains import clause_chain as chain  # noqa: F401  (its name before)
from zoning.chains import reason_record as reason_record
from zoning.chains import reason_record as link  # noqa: F401  (its name before)
from zoning.chains import records as records
from zoning.tellings import ANSWERS as ANSWERS
from zoning.tellings import ReasonLine as ReasonLine
from zoning.tellings import ReasonLine as Told  # noqa: F401  (its name before)
from zoning.tellings import rule_and_reason as rule_and_reason
from zoning.tellings import rule_and_reason as reasoned  # noqa: F401  (its name before)
from zoning.tellings import reason_lines as reason_lines
from zoning.tellings import reason_lines as tell  # noqa: F401  (its name before)
from zoning.claim_explanations import explain_claims as explain_claims
from zoning.line_explanations import explain_lines as explain_lines
from zoning.grants import quota_causes as quota_causes
from zoning.grants import quota_causes as grant  # noqa: F401  (its name before)
from zoning.quota_explanations import explain_quotas as explain_quotas
from zoning.energy_explanations import explain_lights as explain_lights
from zoning.energy_explanations import scheme_in_use as scheme_in_use
from zoning.energy_explanations import scheme_parameters as scheme_parameters
from zoning.land_explanations import derived_in as derived_in
from zoning.land_explanations import explain_measures as explain_measures
from zoning.land_explanations import explain_norms as explain_norms
from zoning.land_explanations import norms_in as norms_in
from zoning.land_explanations import value_text as value_text
from zoning.land_explanations import why_text as why_text
from zoning.service_explanations import explain_services as explain_services
from zoning.flow_explanations import explain_flows as explain_flows
from zoning.duties import explain_policies as explain_policies
from zoning.duties import policies_of as policies_of
from zoning.list_explanations import TREATMENTS as TREATMENTS
from zoning.list_explanations import explain_lists as explain_lists
from zoning.headings import entry_heading as entry_heading
from zoning.headings import entry_heading as heading  # noqa: F401  (its name before)
from zoning.narratives import explanation_lines as explanation_lines
from zoning.narratives import explanation_lines as narrate  # noqa: F401  (its name before)
from zoning.explanations import MATTERS as MATTERS
from zoning.explanations import Explanation as Explanation
from zoning.explanations import explain as explain
from zoning.explanations import trace as trace
from zoning.usages import RuleCoverage as RuleCoverage
from zoning.usages import RuleCoverage as Usage  # noqa: F401  (its name before)
from zoning.usages import rule_coverage_of as rule_coverage_of
from zoning.usages import rule_coverage_of as usage  # noqa: F401  (its name before)
from zoning.usages import usage_findings as usage_findings
from zoning.case_inputs import case_flows as case_flows
from zoning.case_checks import case_faults as case_faults
from zoning.cases import Result as Result
from zoning.cases import run_cases as run_cases
from zoning.audits import audit as audit
from zoning.energy_checks import energy_faults as energy_faults
from zoning.energy_checks import energy_notes as energy_notes
from zoning.roles import known_roles as known_roles
from zoning.origins import origin_faults as origin_faults
from zoning.rule_checks import rule_faults as rule_faults
from zoning.quota_checks import quota_faults as quota_faults
from zoning.repair_notes import repair_notes as repair_notes
from zoning.checks import read_inputs as read_inputs
from zoning.checks import check as check
from zoning.checks import complaints as complaints
from zoning.checks import group_absent as group_absent
from zoning.findings import OPEN as OPEN
from zoning.findings import plan_findings_of as plan_findings_of
from zoning.findings import plan_findings_of as find  # noqa: F401  (its name before)
from zoning.runs import STEPS as STEPS
from zoning.runs import run as run
