"""Records: why each row of a plan's tables is as it is, made of what the steps found, without a language."""
