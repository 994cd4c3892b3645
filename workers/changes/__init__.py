"""Changes of issues that exist: proposed by the model, shown on a card, confirmed by a person, carried out once."""
