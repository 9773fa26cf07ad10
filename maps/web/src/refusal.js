// Refusals: what cannot be tried, in words for people; any other error is a fault of the page.

export class Refusal extends Error {}
