"""How sure counts and shares are: tails and intervals that every room that judges shares."""
