"""What the shop's files say of each variant; what every room that looks at products shares."""
