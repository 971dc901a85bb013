import { chromium } from '@playwright/test'
const base='http://127.0.0.1:8303'
const out='/tmp/wt/4c.work/shots/'
import { mkdirSync } from 'node:fs'
mkdirSync(out,{recursive:true})
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']})
const ctx=await b.newContext({viewport:{width:1440,height:900},locale:process.env.LANG4==='en'?'en':'zh-CN'})
const page=await ctx.newPage()
page.on('pageerror',e=>console.log('PAGEERROR',e.message)); page.on('console',m=>{if(m.type()==='error')console.log('CONSOLE',m.text())})
page.on('response',r=>{if(r.status()>=400)console.log(r.status(),r.url())})
let r=await ctx.request.post(base+'/api/v1/session',{data:{username:'admin',password:process.env.PW??'wizard of contests'},headers:{Origin:base}})
console.log('signin',r.status(),await r.text())
const shot=async(n,full=false)=>{await page.waitForTimeout(350);await page.screenshot({path:out+n+'.png',fullPage:full})}
const { default: walk } = await import(process.argv[2])
await walk({page,ctx,base,shot})
await b.close()
