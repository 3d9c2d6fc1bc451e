using System;
using System.Collections.Generic;
using System.Linq;

namespace Example.Kitchen
{
    /// <summary>
    /// An ingredient with its amount in grams.
    /// </summary>
    public record Ingredient(string Name, double Grams);

    /// <summary>
    /// Scales recipes to another number of guests.
    /// </summary>
    public sealed class Recipe
    {
        private readonly List<Ingredient> _ingredients = new();

        public string Title { get; }
        public int Guests { get; private set; }

        public Recipe(string title, int guests)
        {
            Title = title ?? throw new ArgumentNullException(nameof(title));
            Guests = guests;
        }

        public void Add(Ingredient ingredient)
        {
            if (ingredient == null) return;
            _ingredients.Add(ingredient);
        }

        /// <summary>
        /// Returns the recipe for another number of guests; this recipe stays unchanged.
        /// </summary>
        public Recipe For(int guests)
        {
            var scaled = new Recipe(Title, guests);
            // Calculate the factor once instead of per-ingredient
            var factor = (double)guests / Guests;
            foreach (var ingredient in _ingredients)
            {
                scaled.Add(ingredient with { Grams = Math.Round(ingredient.Grams * factor) });
            }
            return scaled;
        }

        /// <summary>
        /// Writes the shopping list, heaviest first.
        /// </summary>
        public IEnumerable<string> ShoppingList()
        {
            try
            {
                return _ingredients.OrderByDescending(i => i.Grams).Select(i => $"{i.Grams} g {i.Name}").ToList();
            }
            catch (InvalidOperationException)
            {
                // Best-effort: an empty list is better than no page
                return Array.Empty<string>();
            }
        }
    }
}
