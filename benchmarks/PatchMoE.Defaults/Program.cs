using System.Globalization;
using System.Text;
using PatchMoE.Defaults;

// dotnet run -c Release --project benchmarks/PatchMoE.Defaults -- OUTCOMES.jsonl [SEEDS] [CASE,…]
// trains what OUTCOMES.jsonl does not have yet, and prints it as a table.
if (args.Length == 0)
{
    Console.Error.WriteLine("Give the file of outcomes, then optionally the number of seeds (50) and the tasks (all), for example: outcomes.jsonl 50 shapes,table");
    return 2;
}

int seeds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 50;
Case[] cases = [.. Case.All.Where(task => args.Length < 3 || args[2].Split(',').Contains(task.Name))];
List<Outcome> outcomes = Outcome.Read(args[0]);
foreach ((Case task, Setting setting) in cases.SelectMany(task => Setting.All.Select(setting => (task, setting))))
{
    if (!outcomes.Any(one => one.Case == task.Name && one.Setting == setting.Name && one.Accuracies.Length == seeds))
    {
        Outcome outcome = Outcome.Measure(task, setting, seeds);
        outcome.Append(args[0]);
        outcomes.Add(outcome);
        Console.Error.WriteLine($"{task.Name} {setting.Name}: {outcome.Text(task)}");
    }
}

var table = new StringBuilder();
table.Append(CultureInfo.InvariantCulture, $"| setting | {string.Join(" | ", cases.Select(task => task.Name))} |\n|---|{string.Concat(cases.Select(_ => "---|"))}\n");
foreach (Setting setting in Setting.All)
{
    IEnumerable<string> cells = cases.Select(task => outcomes.Last(one => one.Case == task.Name && one.Setting == setting.Name && one.Accuracies.Length == seeds).Text(task));
    table.Append(CultureInfo.InvariantCulture, $"| {setting.About} | {string.Join(" | ", cells)} |\n");
}

table.Append("\n| task | what it is |\n|---|---|\n");
foreach (Case task in cases)
{
    table.Append(CultureInfo.InvariantCulture, $"| {task.Name} | {task.About} |\n");
}

Console.Write(table);
return 0;
