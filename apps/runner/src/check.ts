/** Started before the first runner, in the same way: whoever reads this line knows that the way works. */
process.stdout.write('confined\n');
