package httpapi

import (
	"fmt"
	"strings"

	"leitai/people/roster"
	"leitai/questionbank/exchange"
)

// text is a message in the languages of the product.
type text struct{ zh, en string }

// catalogue has a text for every key of a fault; {name} stands for a value. The pages have richer texts of their own
// for what they know; these are for everything else.
var catalogue = map[string]text{
	"internal":            {"服务器出错了，请稍后再试", "Something went wrong on the server. Please try again later."},
	"route.missing":       {"没有这个地址", "There is nothing at this address."},
	"request.invalid":     {"提交的内容有误，请检查后再试", "Some of what was sent is not valid."},
	"request.malformed":   {"提交的内容无法识别", "The request could not be read."},
	"request.not_json":    {"请求必须是 JSON", "The request must be JSON."},
	"request.too_large":   {"提交的内容太大", "The request is too large."},
	"request.too_many":    {"尝试次数太多，请一分钟后再试", "Too many tries. Please wait a minute."},
	"request.origin":      {"请求来源不被允许", "Requests from this origin are not allowed."},
	"storage.unavailable": {"数据库暂时不可用，请稍后再试", "The database is not available at the moment. Please try again."},
	"server.stopping":     {"服务器正在重启，请稍后再试", "The server is restarting. Please try again."},

	"session.missing":   {"请先登录", "Please sign in."},
	"session.wrong":     {"用户名或密码不对", "Wrong user name or password."},
	"session.forbidden": {"你的账号没有这个权限", "Your account may not do this."},
	"session.password":  {"请先修改初始密码", "Please change the initial password first."},
	"password.wrong":    {"当前密码不对", "The current password is wrong."},
	"password.short":    {"密码至少 10 个字符", "A password needs at least 10 characters."},
	"password.long":     {"密码太长", "The password is too long."},
	"staff.missing":     {"没有账号 {username}", "There is no account {username}."},
	"unit.cycle":        {"单位 {name} 的上级指向了自己", "The unit {name} is above itself."},
	"token.wrong":       {"身份已失效，请重新加入", "This identity is not valid any more. Please join again."},

	"session.code":        {"请输入两步验证的验证码", "Please enter the code of your second step."},
	"session.code_wrong":  {"验证码不对或已用过，请等下一个验证码", "This code is wrong or was used already. Please wait for the next one."},
	"session.gone":        {"这处登录已经结束", "This session has ended."},
	"staff.unknown":       {"没有这个账号，或已停用", "There is no such account, or it is disabled."},
	"staff.last_admin":    {"这是最后一个可用的管理员，不能停用或改为其他角色", "This is the last admin who can sign in; it cannot be disabled or given another role."},
	"staff.oneself":       {"不能停用自己或改变自己的角色，请由另一位管理员操作", "You cannot disable yourself or change your own role; another admin can."},
	"staff.disabled":      {"账号已停用，请先启用", "The account is disabled. Enable it first."},
	"link.gone":           {"链接无效：已经用过、被撤回或超过 7 天，请向管理员要一个新的", "This link is not valid: it was used, withdrawn or is older than 7 days. Ask an admin for a new one."},
	"username.short":      {"用户名至少 2 个字符", "A user name needs at least 2 characters."},
	"username.characters": {"用户名只能用文字、数字和 . _ - @", "A user name has letters, digits and . _ - @ only."},
	"username.taken":      {"这个用户名已有人使用", "This user name is taken."},
	"password.name":       {"密码不能与用户名相同", "The password must not be the user name."},
	"totp.on":             {"两步验证已经开启", "Two-step sign-in is on already."},
	"totp.not_started":    {"请先扫描二维码", "Please scan the code first."},
	"totp.code_wrong":     {"验证码不对，请核对手机时间后再试", "This code is wrong. Please check the phone's clock and try again."},
	"bank.others":         {"已有同名的题库，由别人负责；请换一个名称，或请其负责人把你加入", "Others have a bank of this name. Choose another name, or ask them to add you."},

	"room.online":       {"这是网上竞赛，请在它自己的页面打开", "This contest is answered online, on a page of its own."},
	"room.unknown":      {"没有这个比赛码，请核对大屏幕上的六位数字", "There is no room with this code. Please check the six digits on the screen."},
	"room.closed":       {"赛场没有开启", "The room is not open."},
	"room.full":         {"赛场人数已满，请联系工作人员", "The room is full. Please ask the staff."},
	"room.finished":     {"比赛已经结束", "The contest has ended."},
	"room.moved":        {"已由他人操作，请看最新状态", "Somebody else was quicker. Please look at where the room stands now."},
	"room.not_now":      {"现在不能这样操作", "This cannot be done now."},
	"room.not_open":     {"本题没有在作答中", "No question is open."},
	"room.paused":       {"已暂停，请先继续", "The room is paused. Resume first."},
	"room.not_paused":   {"没有暂停", "The room is not paused."},
	"room.counting":     {"正在统计，请稍候", "The answers are being counted."},
	"room.no_break":     {"没有在休息", "There is no break."},
	"room.no_questions": {"还没有题目，请先抽题", "There are no questions yet. Draw some first."},
	"room.elsewhere":    {"赛场由另一个服务进程主持，请稍后再试", "Another process conducts this room. Please try again in a moment."},
	"room.lost":         {"赛场已由另一个服务进程接管，请重试", "Another process has taken over this room. Please try again."},
	"room.busy":         {"赛场正忙，请重试", "The room is busy. Please try again."},
	"room.begun":        {"比赛已经开始，不能再修改", "The show has begun; this cannot be changed any more."},
	"room.exists":       {"赛场刚刚由别人开启，请重试", "Somebody else has just opened this room. Please try again."},
	"room.code_taken":   {"暂时没有可用的比赛码，请重试", "No contest code is free at the moment. Please try again."},
	"command.done":      {"这个操作已经执行过", "This was done already."},
	"command.unknown":   {"没有这个操作", "There is no such command."},

	"name.required":    {"请填写姓名", "Please enter a name."},
	"name.too_long":    {"姓名最多 20 个字", "A name has at most 20 characters."},
	"name.characters":  {"姓名请用文字，不要用表情或符号", "Please use letters in the name, no emoji or symbols."},
	"name.unseen":      {"姓名里有看不见的字符，请重新输入", "The name has characters that cannot be seen. Please type it again."},
	"name.taken":       {"同名的人太多，请在姓名后加上部门", "Too many people have this name. Please add your department."},
	"client_id.length": {"客户端标识须为 16 到 64 个字符", "client_id needs 16 to 64 characters."},
	"team.missing":     {"没有这个队伍，请从列表中选择", "There is no such team. Please choose from the list."},
	"team.twice":       {"有两个队伍同名", "Two teams have the same name."},
	"entrant.missing":  {"没有这个参赛者", "There is no such entrant."},

	"contest.missing":  {"没有这场竞赛，或者你不是它的协作者", "There is no such contest, or you are not one of its people."},
	"contest.no_teams": {"还没有队伍", "There are no teams yet."},
	"round.missing":    {"没有这个轮次", "There is no such round."},
	"round.begun":      {"这一轮已经有人作答，不能再修改", "This round has been answered; it cannot be changed any more."},
	"bank.missing":     {"没有这个题库，或者你不是它的协作者", "There is no such bank, or you are not one of its people."},
	"draw.too_few":     {"题库里符合条件的题只有 {have} 道，不够 {want} 道", "Only {have} questions of the bank fit, {want} are wanted."},

	"question.not_played":   {"这道题还没有开始", "This question has not been played."},
	"question.void_already": {"这道题已经作废", "This question is void already."},
	"question.not_void":     {"这道题没有作废", "This question is not void."},

	"ledger.missing":      {"没有这条记录", "There is no such entry."},
	"ledger.nothing":      {"没有可以撤销的加减分或作废", "There are no points and no voided question to undo."},
	"ledger.reversed":     {"这条记录已经撤销过", "This entry was undone already."},
	"ledger.not_undoable": {"只能撤销加减分和作废，跳过的题也不能恢复", "Only given points and voided questions can be undone, and a skipped question cannot."},

	"value.range":    {"数值超出范围", "The value is out of range."},
	"value.zero":     {"分值不能为 0", "The points must not be 0."},
	"value.required": {"必须填写", "This is required."},
	"value.choice":   {"不是可选的值", "This is not one of the choices."},
	"value.long":     {"内容太长", "This is too long."},

	"bank.exists":            {"已有同名的题库", "There is a question bank of this name already."},
	"question.exists":        {"题库里已有这道题（题干和选项相同）", "The bank has this question already (same text and options)."},
	"question.changed":       {"别人刚刚修改了这道题，请重新打开", "Somebody else has just changed this question. Please open it again."},
	"question.missing":       {"没有这道题", "There is no such question."},
	"question.type":          {"请选择题型", "Please choose a type."},
	"question.stem_empty":    {"请填写题干", "Please write the question."},
	"question.stem_long":     {"题干太长（最多 2000 字）", "The question is too long (at most 2,000 characters)."},
	"question.difficulty":    {"难度是 1 到 5", "The difficulty is 1 to 5."},
	"question.label_long":    {"分类或标签太长（最多 60 字，标签最多 20 个）", "A category or tag is too long (at most 60 characters, at most 20 tags)."},
	"question.text_long":     {"解析或出处太长", "Explanation or source is too long."},
	"question.fill_options":  {"填空题没有选项", "A fill-in question has no options."},
	"question.blanks_count":  {"空太多（最多 20 个）", "There are too many blanks (at most 20)."},
	"question.key_empty":     {"请填写答案", "Please give the key."},
	"question.key_blanks":    {"答案的个数与空的个数不同，各空用 | 分开", "There are not as many answers as blanks; part them with |."},
	"question.options_count": {"选项个数不对（2 到 26 个，判断题 2 个）", "A wrong number of options (2 to 26, two for true or false)."},
	"question.option_text":   {"选项是空的或太长（最多 500 字）", "An option is empty or too long (at most 500 characters)."},
	"question.options_same":  {"有两个选项相同", "Two options are the same."},
	"question.key_range":     {"答案超出了选项", "The key goes beyond the options."},
	"question.key_twice":     {"答案里有重复的字母", "The key has a letter twice."},
	"question.key_one":       {"单选和判断题只有一个答案", "Single choice and true or false have one key."},
	"question.key_order":     {"排序题的答案要包含每个选项", "The key of an ordering question has every option."},
	"export.empty":           {"没有符合条件的题目，出不了试卷", "No question fits, so there is no paper."},
	"export.too_many":        {"试卷最多 {most} 题，这里有 {n} 题。请先按题型、分类或难度筛选", "A paper may have {most} questions, and these are {n}. Please filter by type, category or difficulty first."},
	"export.pictures":        {"这些题目的图片合计超过 {most} MB，出不了一份试卷。请筛选出少一些题目再试", "The pictures of these questions have more than {most} MB, too much for one paper. Please filter for fewer questions."},
	"checkup.running":        {"正在体检，请等它完成", "This bank is being checked already."},
	"checkup.failed":         {"体检没有完成，请再试一次", "The check could not be finished. Please try again."},
	"checkup.broken_off":     {"体检中断了（服务器重启过），请再试一次", "The check was broken off, the server was restarted. Please try again."},
	"checkup.too_large":      {"题库太大，没能在规定的时间和内存内完成体检", "The bank is too large to be checked within the time and memory allowed."},
	"finding.missing":        {"没有这条结果", "There is no such finding."},
	"finding.changed":        {"这条结果已经处理过，或题库重新体检过，请看最新结果", "This finding was dealt with already, or the bank was checked again. Please look at the latest result."},
	"finding.nothing":        {"没有需要修改的题目，可能已经改好了", "There is nothing left to change; it may be mended already."},
	"change.missing":         {"没有这次修改，或者时间太久不能撤销", "There is no such change, or it is too old to be taken back."},
	"change.undone":          {"这次修改已经撤销过", "This change was taken back already."},
	"change.out_of_reach":    {"其中有题已移到由别人负责的题库，请其负责人移回", "Some of these questions are in a bank of others now. Ask its people to move them back."},
	"question.media_many":    {"一道题最多 12 个图片、音频和视频", "A question has at most 12 pictures, sounds and videos."},
	"question.media_id":      {"图片的编号不对，或同一处放了两次", "A picture's id is not valid, or it stands twice in the same place."},
	"question.media_part":    {"图片所在的选项已经没有了，请移除图片或补上选项", "A picture stands with an option that is gone: remove the picture or add the option."},
	"question.media_kind":    {"只能放图片、音频和视频", "Only pictures, sounds and videos can be added."},
	"question.media_option":  {"选项里只能放图片；音频和视频请放在题干或解析里", "Options take pictures only; put sounds and videos with the question or the explanation."},
	"question.media_alt":     {"图片说明最多 200 字", "A picture's description has at most 200 characters."},
	"media.missing":          {"这个文件已经不在了，请重新上传", "This file is not there any more. Please upload it again."},
	"media.empty":            {"文件是空的", "The file is empty."},
	"media.unknown":          {"认不出这个文件。可以用：图片 JPG、PNG、GIF、WebP，音频 MP3、M4A、OGG、WAV，视频 MP4、WebM", "This file is not recognised. Use JPG, PNG, GIF or WebP pictures, MP3, M4A, OGG or WAV sounds, MP4 or WebM videos."},
	"media.unsupported":      {"不能用 {kind} 文件。图片请另存为 JPG 或 PNG，音频转成 MP3，视频转成 MP4（H.264）", "{kind} files cannot be used. Save pictures as JPG or PNG, sounds as MP3, videos as MP4 (H.264)."},
	"media.too_large":        {"文件太大，最多 {mb} MB", "The file is too large, at most {mb} MB."},
	"media.pixels":           {"图片的像素太多，最多 {mp} 百万像素，请缩小后再上传", "The picture has too many pixels, at most {mp} megapixels. Please scale it down."},
	"media.broken":           {"图片已损坏或不完整，请换一份", "The picture is damaged or incomplete. Please use another copy."},
	"import.missing":         {"没有这次导入", "There is no such import."},
	"import.row_missing":     {"没有这一行", "There is no such row."},
	"import.stored":          {"这个文件已经导入", "This file was imported already."},
	"import.not_stored":      {"这个文件没有导入，或已经撤销", "This file was not imported, or was taken back."},
	"import.used":            {"有 {n} 道题已被使用、修改或移到别的题库，不能整体撤销", "{n} of its questions were used, edited or moved to another bank, so it cannot be taken back as a whole."},
	"import.no_mend":         {"这一行没有可以一键修改的地方", "There is nothing to mend with one click in this row."},
	"import.unread":          {"这个文件还没有读完，或没能读出", "This file has not been read yet, or could not be read."},
	"import.has_errors":      {"还有 {n} 题不能导入，所以一题也没有导入", "{n} questions cannot be imported, so none was."},
	"import.interrupted":     {"读取中断了，请再上传一次", "The reading was interrupted. Please upload the file again."},
	"import.busy":            {"正在读取别的文件，请稍后再试", "Another file is being read. Please try again."},

	// Units and people.
	"player.link":    {"这个链接无效：可能已经换发或收回，请向单位的负责人要新的", "This link is not valid: it was replaced or taken back. Ask your unit for a new one."},
	"player.unknown": {"没有找到：请核对号码和姓名；设有 PIN 的请一并填写", "Not found: please check number and name, and give your PIN if you have one."},

	"unit.name_long":    {"单位名称最多 60 个字", "A unit's name has at most 60 characters."},
	"unit.exists":       {"同一上级下已有同名的单位", "There is a unit of this name at this place already."},
	"unit.deep":         {"单位最多 12 级", "Units have at most 12 levels."},
	"unit.aliases_many": {"一个单位最多 30 个别名", "A unit has at most 30 other names."},
	"unit.alias_taken":  {"同一上级下的另一个单位叫这个名称", "Another unit at this place has that name."},
	"unit.below_itself": {"不能移到自己的下级单位里", "A unit cannot be moved below itself."},
	"unit.not_empty":    {"单位里还有人员或下级单位（含已离开的人员），不能删除；可以合并到别的单位", "The unit still has people or units below it, or people who have left. It can be merged into another."},
	"unit.in_contests":  {"有 {n} 场竞赛用到这个单位，不能删除；可以合并到别的单位", "{n} contests have this unit, so it cannot be deleted. It can be merged into another."},

	"person.merge_self": {"不能与自己合并", "Nobody can be merged with themselves."},
	"person.merge_open": {"有人正在“{title}”中答题，请等交卷后再合并", "Somebody is answering in “{title}”. Merge them after the hand-in."},
	"person.typed":      {"输入的姓名与这个人不一致", "This is not the person's name."},
	"unit.merge_self":   {"不能合并到自己或自己的下级单位", "A unit cannot be merged into itself or a unit below it."},
	"unit.in_live":      {"“{title}”正在进行，两个单位都是其中的代表队，请在结束后合并", "“{title}” is under way and both units are teams in it. Merge them when it has ended."},
	"person.pin":        {"PIN 是 4 到 8 位数字", "A PIN has 4 to 8 digits."},
	"unit.too_many":     {"一次最多 {most} 人，请选择较小的单位分几次进行", "At most {most} people at once: choose a smaller unit."},
	"person.exists":     {"花名册上已有同名且号码相同的人", "Somebody of this name and number is on the roster already."},
	"person.name_long":  {"姓名最多 40 个字", "A name has at most 40 characters."},
	"person.phone":      {"请填写完整的电话号码，如 13800138000", "Please enter the whole phone number, such as 13800138000."},

	"roster.missing":        {"没有这次花名册导入", "There is no such import of a roster."},
	"roster.stored":         {"这个花名册已经导入，不能再改", "This roster was imported already and cannot be changed any more."},
	"roster.busy":           {"正在处理，请稍候", "This is being worked on. Please wait."},
	"roster.undone":         {"这次导入已经撤销；需要时请重新上传文件", "This import was taken back. Upload the file again if you need it."},
	"roster.not_stored":     {"这个花名册没有导入", "This roster was not imported."},
	"roster.old":            {"超过 30 天的导入不能撤销", "An import older than 30 days cannot be taken back."},
	"roster.nothing":        {"没有需要导入的变化：人员都已在花名册上，或各行都不能导入", "There is nothing to import: all are on the roster already, or no row can be imported."},
	"roster.confirm":        {"将有 {n} 人移出花名册（原有 {of} 人的 {percent}%）。请核对名单，并输入人数 {n} 确认", "{n} people would leave the roster ({percent} % of {of}). Check the list and enter the number {n} to confirm."},
	"roster.replace_errors": {"整体替换时文件里不能有未解决的行，还有 {n} 行：请修改文件，或为它们选择单位", "A replacing import needs every row to be clear; {n} are not. Mend the file or choose their units."},

	"unit.missing":   {"没有这个单位", "There is no such unit."},
	"person.missing": {"没有这个人，或已不在花名册上", "There is no such person, or they are not on the roster any more."},

	// Paper contests on phones.
	"contest.window":          {"结束时间必须晚于开始时间，且不超过 400 天", "The end must come after the beginning, at most 400 days later."},
	"contest.practice_late":   {"练习必须在正式答题开始前结束", "The practice must end before the formal contest begins."},
	"contest.unknown_code":    {"没有这个竞赛码，请核对六位数字", "There is no contest with this code. Please check the six digits."},
	"contest.not_draft":       {"竞赛已经发布，不能这样修改", "The contest is published; this cannot be changed any more."},
	"contest.settled":         {"已经发布或有人作答，这一项不能再改", "The contest is published or has been answered; this cannot be changed any more."},
	"contest.changed":         {"竞赛或题库刚刚被别人修改，请重新打开再试", "Somebody has just changed the contest or its banks. Please open it again."},
	"contest.no_rules":        {"还没有抽题规则", "There are no draw rules yet."},
	"contest.draw_few":        {"第 {rule} 条抽题规则只有 {have} 道题可用，不够 {want} 道", "Draw rule {rule} has only {have} questions, {want} are wanted."},
	"contest.window_over":     {"结束时间已经过去，请先改时间", "The closing time has passed. Please change it first."},
	"contest.not_published":   {"竞赛没有在发布状态", "The contest is not published, or has begun."},
	"contest.entered":         {"已经有人报名，不能撤回发布", "Somebody has entered already; the contest cannot be taken back."},
	"contest.over":            {"竞赛已经结束", "The contest is over."},
	"contest.not_open":        {"正式答题还没有开始", "The formal part has not opened yet."},
	"contest.no_longer":       {"新的结束时间必须晚于原来的和现在", "The new end must be later than the old one and than now."},
	"contest.not_finished":    {"竞赛还没有结束", "The contest is not finished."},
	"contest.roster_only":     {"这场竞赛只限花名册上的人员，请先登录", "This contest is for people on the roster. Please sign in first."},
	"contest.not_invited":     {"你的单位没有参加这场竞赛", "Your unit does not take part in this contest."},
	"contest.draw_secret":     {"竞赛结束后才公布种子和抽题过程", "Seed and draw are published after the contest."},
	"team.unit_missing":       {"没有这个单位", "There is no such unit."},
	"attempt.missing":         {"没有这份答卷", "There is no such attempt."},
	"attempt.closed":          {"这份答卷已经交卷", "This attempt was handed in."},
	"attempt.void":            {"这份答卷已被作废", "This attempt was voided."},
	"attempt.over":            {"竞赛已经结束", "The contest is over."},
	"attempt.not_yet":         {"现在还不能答题", "The contest is not open at the moment."},
	"attempt.not_now":         {"现在不是这个阶段", "This phase is not on at the moment."},
	"attempt.open":            {"你有一份答卷还没有交", "You have an attempt that is not handed in."},
	"attempt.none_left":       {"答题次数已经用完", "You have no attempts left."},
	"attempt.none_left_today": {"今天的答题次数已经用完", "You have no attempts left today."},
	"attempt.late":            {"时间已到，这次作答没有计入", "The time was up; this answer does not count."},
	"attempt.question":        {"答卷里没有这道题", "The paper has no such question."},
	"attempt.not_shown":       {"这道题还没有开始", "This question has not begun."},
	"attempt.passed":          {"这道题的时间已过", "The time of this question is over."},
	"attempt.order":           {"题目要按顺序作答", "The questions come in order."},
	"attempt.all_at_once":     {"这场竞赛的题目不逐题计时", "The questions of this contest do not come one at a time."},
	"attempt.no_review":       {"现在还不能查看答案和解析", "Keys and explanations cannot be seen now."},
	"answer.invalid":          {"答案的格式不对", "The answer is not well formed."},

	// Paper contests for staff.
	"contest.not_paper":         {"这是现场决赛，没有网上预赛的内容", "This is a contest of a hall; it has no papers."},
	"contest.not_live":          {"这是网上预赛，不能开启赛场", "This contest is answered online; it has no room."},
	"contest.archived":          {"竞赛已归档，请先恢复", "The contest is in the archive. Restore it first."},
	"contest.not_now":           {"竞赛现在的状态不能这样操作", "This cannot be done with the contest as it is now."},
	"contest.voluntary_people":  {"自愿参加的竞赛不能公布全部个人名次", "A voluntary contest cannot show everybody's place."},
	"contest.voluntary_formula": {"自愿参加的竞赛不能按参赛率或全员平均给单位排名", "A voluntary contest cannot rank units by participation or by their whole roster."},

	// Boards and seasons.
	"contest.weights": {"各项权重之和必须是 100%", "The weights must add up to 100%."},
	"board.missing":   {"这场竞赛没有网上榜单", "This contest has no boards of this kind."},
	"season.missing":  {"没有这个赛季", "There is no such season."},
	"season.twice":    {"同一场竞赛只能加入一次", "A contest can be in a season once."},
	"season.name":     {"已经有同名的赛季", "There is a season of this name already."},

	// Learning modes.
	"study.off":           {"这种学习方式没有开放", "This way of learning is not open."},
	"study.missing":       {"没有这组题，或已经过期", "There is no such set, or it is too old."},
	"study.no_more_today": {"今天的 {n} 组已经做完，明天再来", "You have done today's {n} sets. Come back tomorrow."},
	"study.no_questions":  {"这里暂时没有可以学习的题目", "There are no questions to learn here at the moment."},
	"study.no_mistakes":   {"没有要复习的错题", "There are no mistakes to go over."},
	"study.not_current":   {"请先回答当前的题目", "Please answer the current question first."},
	"study.finished":      {"这组题已经结束", "This set has ended."},
	"study.stopped":       {"挑战已停下：可以复活一次，或结束", "The challenge has stopped: revive it once, or finish."},
	"study.no_hint":       {"这道题没有提示", "There is no hint for this question."},
	"study.no_revive":     {"不能再复活了", "It cannot be revived any more."},
	"integrity.running":   {"正在查找，请等它完成", "A look is under way. Please wait until it is done."},
	"study.changed":       {"设置已被别人修改，请看最新的设置后再改", "Somebody else has changed the settings. Please look at them anew."},
}

// message gives a key's text in the first language of an Accept-Language header that the product has, Chinese first.
func message(accept, key string, args map[string]any) string {
	t, ok := catalogue[key]
	if !ok {
		if s, ok := exchange.FileFault(key, accept); ok {
			return s
		}
		if s, ok := roster.FileFault(key, accept); ok {
			return s
		}
		t = catalogue["request.invalid"]
	}
	s := t.zh
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(accept)), "en") {
		s = t.en
	}
	for name, v := range args {
		s = strings.ReplaceAll(s, "{"+name+"}", fmt.Sprint(v))
	}
	return s
}
