"""The article as lessons: recipes, texts, questions, claims, and the results that were recorded."""
