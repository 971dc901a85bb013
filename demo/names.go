package demo

import "strings"

// enterprise is a made-up company; departments names its branches, as many as it has.
type enterprise struct {
	name, short string
	departments [maxBranches]string
}

var (
	factory = [maxBranches]string{"研发", "生产", "质量", "市场", "机关"}
	digital = [maxBranches]string{"研发", "产品", "运维", "市场", "综合"}
	service = [maxBranches]string{"机关", "运营", "客服", "工程", "后勤"}
)

// enterprises all have names from weaving, like the park's; none is meant to be a real company.
var enterprises = [Enterprises]enterprise{
	{"云梭智能装备有限公司", "云梭", factory},
	{"锦纬电子科技有限公司", "锦纬", factory},
	{"织岚软件有限公司", "织岚", digital},
	{"缎虹新材料有限公司", "缎虹", factory},
	{"绮原生物医药有限公司", "绮原", factory},
	{"素锦食品有限公司", "素锦", factory},
	{"青络信息技术有限公司", "青络", digital},
	{"绣川水务有限公司", "绣川", service},
	{"流彩文化传媒有限公司", "流彩", digital},
	{"纬航供应链有限公司", "纬航", service},
	{"丝城建设工程有限公司", "丝城", service},
	{"丝光新能源有限公司", "丝光", factory},
	{"锦茵环境服务有限公司", "锦茵", service},
	{"梭影数字科技有限公司", "梭影", digital},
	{"绮康医疗器械有限公司", "绮康", factory},
	{"纹泽精密制造有限公司", "纹泽", factory},
	{"织光光电有限公司", "织光", factory},
	{"经野农业科技有限公司", "经野", factory},
	{"云亭酒店管理有限公司", "云亭", service},
	{"云锦园区运营服务中心", "园区", service},
}

// The parts of names. Common surnames stand more than once, as in a real office. Characters that would often make up
// the name of a public figure are left out.
var (
	surnames = strings.Split("王李张刘陈杨黄赵吴周王李张刘陈杨王李张刘徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖"+
		"田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏方邹熊白孟秦邱侯江尹薛段雷龙黎史陶贺郝顾龚邵万"+
		"覃武钱戴严莫孔向常汤", "")
	compoundSurnames = []string{"欧阳", "上官", "司徒", "诸葛", "东方", "皇甫"}
	firstGiven       = strings.Split("雨思梦佳欣俊志宏海丽春秋雪嘉若诗景星永玉静振泽玥书语清世庆新忆晗启淑桂彦立", "")
	lastGiven        = strings.Split("琳航涵萱雯燕娟洁超楠鹏斌薇岩珊瑶彤昊铭桐妍芸莹钰辰茜媛然源成林芬凤堂阳恒", "")
	onlyGiven        = strings.Split("琳洁岚蕾璐瑶帆睿萌欣悦倩楠莹妍彤茜钰恒昊硕煜珂淼芸芮琪畅韬彬", "")
)
