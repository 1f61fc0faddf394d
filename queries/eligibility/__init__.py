"""Whether a person may start something, who pays for it, and what is not known yet: rules as data, three-valued."""
