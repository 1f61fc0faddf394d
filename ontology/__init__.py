"""What domain people review: vocabulary, concepts, shapes, checks, rules, table dictionaries and questions."""
