"""A cocktail: which mixture of recipes is best, and is it better than the best single one?"""
